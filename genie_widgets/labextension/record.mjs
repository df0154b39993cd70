/* Write down which sources the built files were made from: a test compares them with the sources that are there. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const files = ['package.json', 'tsconfig.json', ...readdirSync('src').map(name => `src/${name}`)].sort();
const record = Object.fromEntries(
  files.map(name => [name, createHash('sha256').update(readFileSync(name)).digest('hex')]),
);
writeFileSync('built/sources.json', JSON.stringify(record, null, 2) + '\n');

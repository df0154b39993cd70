/* A drop zone that sends a file in acknowledged pieces: any size, resumable, cancellable. */

const FINGERPRINT_BYTES = 65536;
const CHECK_MS = 1000;

// The first piece goes with the question where to begin. From how long its answer takes, and every later one, follows how
// large a piece is: a slow connection hears of each in time, a fast one isn't held up by what each message costs.
const FIRST_PIECE = 1 << 17;
const SMALLEST_PIECE = 1 << 16;
const AHEAD_MS = 2000;

// A host, or a proxy before it, may close a connection whose messages are too large for it.
const SURE_PIECE = 1 << 20;
const LONGEST_PATIENCE = 8;

const size = bytes => (bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/* Fill the places of a text, once: what fills one is never taken for another. */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function fingerprint(file, first) {
  let hash = 2166136261 >>> 0;
  for (const byte of new Uint8Array(first).subarray(0, FINGERPRINT_BYTES)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return [file.name, file.size, file.lastModified, hash].join('|');
}

// Read beside the page's own thread, which has enough to do with sending.
const READER = `onmessage = async ({ data: { number, slice } }) => {
  try {
    const bytes = await slice.arrayBuffer();
    postMessage({ number, bytes }, [bytes]);
  } catch {
    postMessage({ number });
  }
};`;

/* Give a function that reads a slice of a file; `read.end()` ends what is behind it. */
function reader() {
  const waiting = new Map();
  const address = URL.createObjectURL(new Blob([READER], { type: 'text/javascript' }));
  let number = 0;
  let worker = null;
  try {
    worker = new Worker(address);
  } catch {
    // The host's rules allow none: each slice is read in place.
  }
  const inPlace = () => {
    worker = null;
    for (const { slice, resolve } of waiting.values()) resolve(slice.arrayBuffer());
    waiting.clear();
  };
  if (worker) {
    worker.onerror = inPlace;
    worker.onmessage = ({ data }) => {
      const { resolve, reject } = waiting.get(data.number);
      waiting.delete(data.number);
      if (data.bytes) resolve(data.bytes);
      else reject(new Error('The slice cannot be read.'));
    };
  }
  const read = slice => {
    if (!worker) return slice.arrayBuffer();
    return new Promise((resolve, reject) => {
      number += 1;
      waiting.set(number, { slice, resolve, reject });
      worker.postMessage({ number, slice });
    });
  };
  read.end = () => {
    worker?.terminate();
    URL.revokeObjectURL(address);
  };
  return read;
}

function render({ model, el }) {
  const words = model.get('words');
  const input = element('input', { type: 'file', className: 'g-up-input', accept: model.get('accept') });
  input.id = `g-up-${Math.random().toString(36).slice(2)}`;
  const label = element('label', { className: 'g-up-label', htmlFor: input.id });
  const hint = element('span', { className: 'g-mut', textContent: ` ${words.drop}` });
  const bar = element('progress', { max: 1, value: 0 });
  bar.setAttribute('aria-label', words.upload);
  const cancel = element('button', { type: 'button', className: 'g-button', textContent: words.cancel });
  const row = element('div', { className: 'g-up-row', hidden: true }, bar, cancel);
  const message = element('div', { className: 'g-up-message g-mut' });
  message.setAttribute('role', 'status');
  const zone = element('div', { className: 'g-up' }, element('div', {}, input, label, hint), row, message);
  zone.setAttribute('role', 'group');
  const announce = () => {
    label.textContent = model.get('label');
    zone.setAttribute('aria-label', model.get('label'));
  };
  announce();
  el.append(zone);

  const read = reader();
  let job = null;

  const say = text => (message.textContent = text);
  const end = text => {
    job = null;
    row.hidden = true;
    input.value = '';
    say(text);
  };
  const begin = (j, pieces) => {
    const { name, size } = j.file;
    model.send({ op: 'begin', id: j.id, name, size, fingerprint: j.print }, undefined, pieces);
  };

  async function start(file) {
    if (job) stop();
    const largest = model.get('largest_piece_bytes');
    const j = { id: Math.random().toString(36).slice(2), file, next: 0, there: 0, generation: 0, largest, patience: 1 };
    Object.assign(j, { flying: new Map(), piece: SMALLEST_PIECE, heard: performance.now() });
    job = j;
    row.hidden = false;
    bar.value = 0;
    say(fill(words.starting, { name: file.name }));
    let first;
    try {
      first = await file.slice(0, Math.min(FIRST_PIECE, largest)).arrayBuffer();
    } catch {
      return end(fill(words.unreadable, { name: file.name }));
    }
    if (j !== job) return;
    j.print = fingerprint(file, first);
    flies(j, first.byteLength);
    begin(j, [first]);
  }

  function stop() {
    model.send({ op: 'cancel', id: job.id });
    end(words.cancelled);
  }

  async function pump(j) {
    while (j === job && j.flying.size < model.get('window') && j.next < j.file.size) {
      const offset = j.next;
      const generation = j.generation;
      j.next = Math.min(offset + j.piece, j.file.size);
      flies(j, j.next);
      let bytes;
      try {
        bytes = await read(j.file.slice(offset, j.next));
      } catch {
        model.send({ op: 'cancel', id: j.id });
        return end(fill(words.changed, { name: j.file.name }));
      }
      if (j !== job || j.generation !== generation) return;
      model.send({ op: 'piece', id: j.id, generation, offset }, undefined, [bytes]);
    }
  }

  function flies(j, end) {
    j.flying.set(end, { since: performance.now(), bytes: end - j.there });
  }

  function arrived(j, end) {
    const { since, bytes } = j.flying.get(end);
    j.flying.delete(end);
    j.there = end;
    const each = (bytes / Math.max(j.heard - since, 1)) * (AHEAD_MS / model.get('window'));
    j.piece = Math.round(Math.min(Math.max(each, SMALLEST_PIECE), j.largest));
    j.patience = 1;
  }

  function onMessage(heard) {
    const j = job;
    if (!j || heard.id !== j.id) return;
    j.heard = performance.now();
    if (heard.op === 'go') {
      if (!j.generation && j.flying.has(heard.offset)) arrived(j, heard.offset);
      else if (heard.offset) say(fill(words.going_on, { size: size(heard.offset) }));
      Object.assign(j, { generation: heard.generation, next: heard.offset, there: heard.offset, flying: new Map() });
      pump(j);
    } else if (heard.op === 'got' && heard.generation === j.generation) {
      arrived(j, heard.offset);
      bar.value = j.file.size ? heard.offset / j.file.size : 1;
      say(fill(words.progress, { done: size(heard.offset), size: size(j.file.size) }));
      pump(j);
    } else if (heard.op === 'done') {
      end(fill(words.done, { name: j.file.name, size: size(j.file.size) }));
    } else if (heard.op === 'error') {
      end(heard.text);
    }
  }

  const check = setInterval(() => {
    if (job && job.print && performance.now() - job.heard > job.patience * model.get('stall_ms')) {
      job.heard = performance.now();
      job.patience = Math.min(2 * job.patience, LONGEST_PATIENCE);
      job.piece = SMALLEST_PIECE;
      job.largest = Math.max(job.largest / 2, SURE_PIECE);
      say(words.lost);
      begin(job);
    }
  }, CHECK_MS);

  model.on('msg:custom', onMessage);
  model.on('change:label', announce);
  input.addEventListener('change', () => input.files[0] && start(input.files[0]));
  cancel.addEventListener('click', stop);
  for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    zone.addEventListener(name, event => {
      event.preventDefault();
      event.stopPropagation();
      zone.classList.toggle('g-up-over', name === 'dragenter' || name === 'dragover');
    });
  }
  zone.addEventListener('drop', event => event.dataTransfer.files[0] && start(event.dataTransfer.files[0]));
  return () => {
    clearInterval(check);
    read.end();
    model.off('msg:custom', onMessage);
    model.off('change:label', announce);
  };
}

export default { render };

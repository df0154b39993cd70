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

const PROTOCOL = 'v1.kernel.websocket.jupyter.org';
const ENCODER = new TextEncoder();
const LANE_MS = 3000;
// So often in a row without a piece that arrived.
const LANES = 3;

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

const random = () => Math.random().toString(36).slice(2);

/* Write a message for the kernel as its connection's protocol has it, without the bytes that it ends with. */
function frame(header, content, size) {
  const parts = ['shell', JSON.stringify(header), '{}', '{}', JSON.stringify(content)].map(part => ENCODER.encode(part));
  const offsets = [8 * (parts.length + 3)];
  for (const length of [...parts.map(part => part.byteLength), size]) offsets.push(offsets.at(-1) + length);
  const bytes = new Uint8Array(offsets[parts.length]);
  const view = new DataView(bytes.buffer);
  [offsets.length, ...offsets].forEach((number, i) => view.setBigUint64(8 * i, BigInt(number), true));
  parts.forEach((part, i) => bytes.set(part, offsets[i]));
  return bytes;
}

/* Open a connection to the kernel for pieces alone, on which they go as they lie on the disk: by the page's own connection
   each is copied several times on the way. Gives null where the host has none. */
function openLane(model, onLost) {
  const kernel = model.widget_manager?.kernel;
  const settings = kernel?.serverSettings;
  const comm_id = model.get('comm_id');
  if (!settings?.wsUrl || !comm_id) return Promise.resolve(null);
  const session = new URLSearchParams({ session_id: `upload-${random()}` });
  if (settings.appendToken && settings.token) session.set('token', settings.token);
  const address = `${settings.wsUrl.replace(/\/$/, '')}/api/kernels/${encodeURIComponent(kernel.id)}/channels?${session}`;
  let socket;
  try {
    socket = new WebSocket(address, [PROTOCOL]);
  } catch {
    return Promise.resolve(null);
  }
  const send = (message, slice) => {
    const about = { msg_id: random(), msg_type: 'comm_msg', version: '5.3', date: new Date().toISOString() };
    const header = { ...about, session: kernel.clientId, username: kernel.username };
    const content = { comm_id, data: { method: 'custom', content: message } };
    socket.send(new Blob([frame(header, content, slice.size), slice]));
  };
  const close = () => {
    socket.onclose = null;
    socket.close();
  };
  return new Promise(resolve => {
    const none = () => {
      close();
      resolve(null);
    };
    const late = setTimeout(none, LANE_MS);
    socket.onclose = none;
    socket.onopen = () => {
      clearTimeout(late);
      if (socket.protocol !== PROTOCOL) return none();
      socket.onclose = onLost;
      resolve({ send, close });
    };
  });
}

function render({ model, el }) {
  const words = model.get('words');
  const input = element('input', { type: 'file', className: 'g-up-input', accept: model.get('accept') });
  input.id = `g-up-${random()}`;
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

  let job = null;

  const say = text => (message.textContent = text);
  const end = text => {
    leaveLane(job);
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
    const j = { id: random(), file, next: 0, there: 0, generation: 0, largest, patience: 1, lanes: 0 };
    Object.assign(j, { flying: new Map(), piece: SMALLEST_PIECE, heard: performance.now(), reading: Promise.resolve() });
    job = j;
    takeLane(j);
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
    const { generation } = j;
    const lane = await j.lane;
    while (j === job && j.generation === generation && j.flying.size < model.get('window') && j.next < j.file.size) {
      const offset = j.next;
      j.next = Math.min(offset + j.piece, j.file.size);
      flies(j, j.next);
      const message = { op: 'piece', id: j.id, generation, offset };
      const slice = j.file.slice(offset, j.next);
      if (lane) lane.send(message, slice);
      else j.reading = j.reading.then(() => sendByPage(j, message, slice));
    }
  }

  async function sendByPage(j, message, slice) {
    if (j !== job || j.generation !== message.generation) return;
    try {
      const bytes = await slice.arrayBuffer();
      if (j === job) model.send(message, undefined, [bytes]);
    } catch {
      changed(j);
    }
  }

  function changed(j) {
    if (j !== job) return;
    model.send({ op: 'cancel', id: j.id });
    end(fill(words.changed, { name: j.file.name }));
  }

  function takeLane(j) {
    j.lanes += 1;
    j.lane = j.lanes > LANES ? Promise.resolve(null) : openLane(model, () => laneLost(j));
  }

  function leaveLane(j) {
    j?.lane.then(lane => lane?.close());
  }

  async function laneLost(j) {
    // The browser closes it, too, where a slice cannot be read.
    try {
      await j.file.slice(j.there, j.there + 1).arrayBuffer();
    } catch {
      return changed(j);
    }
    if (j === job) again(j);
  }

  function again(j) {
    j.heard = performance.now();
    j.patience = Math.min(2 * j.patience, LONGEST_PATIENCE);
    j.piece = SMALLEST_PIECE;
    j.largest = Math.max(j.largest / 2, SURE_PIECE);
    say(words.lost);
    leaveLane(j);
    takeLane(j);
    begin(j);
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
    j.lanes = 0;
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
      again(job);
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
    leaveLane(job);
    model.off('msg:custom', onMessage);
    model.off('change:label', announce);
  };
}

export default { render };

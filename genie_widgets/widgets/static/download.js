/* A button that pulls a file in pieces: the browser asks, the kernel answers. */

const CHECK_MS = 1000;
const STALL_MS = 8000;
const KEEP_URL_MS = 60000;

/* Fill the places of a text, once: what fills one is never taken for another. */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

function render({ model, el }) {
  const words = model.get('words');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'g-button';
  const bar = document.createElement('progress');
  bar.max = 1;
  bar.hidden = true;
  bar.setAttribute('aria-label', words.download);
  const message = document.createElement('span');
  message.className = 'g-mut';
  message.setAttribute('role', 'status');
  el.classList.add('g-down');
  el.append(button, bar, message);

  let job = null;

  const label = () => {
    button.textContent = job ? words.cancel : model.get('label');
    button.disabled = !job && !model.get('name');
  };

  function ask(j) {
    const piece = model.get('piece_bytes');
    while (j.asked < j.size && j.asked - j.got < model.get('window') * piece) {
      const length = Math.min(piece, j.size - j.asked);
      model.send({ op: 'get', id: j.id, offset: j.asked, length });
      j.asked += length;
    }
  }

  function end(text) {
    job = null;
    bar.hidden = true;
    message.textContent = ` ${text}`;
    label();
  }

  function save(j) {
    const url = URL.createObjectURL(new Blob(j.parts, { type: 'application/octet-stream' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = model.get('name');
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), KEEP_URL_MS);
    end(fill(words.saved, { name: model.get('name') }));
  }

  function onMessage(heard, buffers) {
    const j = job;
    if (!j || heard.id !== j.id) return;
    j.heard = performance.now();
    if (heard.op === 'size') {
      j.size = heard.size;
      if (j.size === 0) save(j);
      else ask(j);
    } else if (heard.op === 'data') {
      if (heard.offset < j.got || j.waiting.has(heard.offset)) return;
      j.waiting.set(heard.offset, buffers[0]);
      for (let bytes; (bytes = j.waiting.get(j.got)); ) {
        j.waiting.delete(j.got);
        j.got += bytes.byteLength;
        j.parts.push(new Blob([bytes]));
      }
      bar.value = j.got / j.size;
      const [done, size] = [j.got, j.size].map(bytes => (bytes / 1e6).toFixed(1));
      message.textContent = ` ${fill(words.progress, { done, size })}`;
      if (j.got === j.size) save(j);
      else ask(j);
    } else if (heard.op === 'error') {
      end(heard.text);
    }
  }

  button.addEventListener('click', () => {
    if (job) return end(words.cancelled);
    const id = Math.random().toString(36).slice(2);
    job = { id, parts: [], got: 0, asked: 0, size: null, heard: performance.now(), waiting: new Map() };
    bar.hidden = false;
    bar.value = 0;
    label();
    model.send({ op: 'open', id });
  });

  const check = setInterval(() => {
    if (job && performance.now() - job.heard > STALL_MS) {
      job.heard = performance.now();
      if (job.size === null) model.send({ op: 'open', id: job.id });
      else {
        job.asked = job.got;
        ask(job);
      }
    }
  }, CHECK_MS);

  label();
  model.on('msg:custom', onMessage);
  model.on('change:label', label);
  model.on('change:name', label);
  return () => clearInterval(check);
}

export default { render };

/* Code to read and to copy: it is text, and never becomes markup. */

function render({ model, el }) {
  const words = model.get('words');
  const details = document.createElement('details');
  details.className = 'g-details g-shown-code';
  const summary = document.createElement('summary');
  summary.textContent = words.title;
  const intro = document.createElement('p');
  intro.className = 'g-mut';
  intro.textContent = words.intro;
  const code = document.createElement('pre');
  code.className = 'g-code';
  code.tabIndex = 0;
  code.setAttribute('role', 'region');
  code.setAttribute('aria-label', words.code);
  const copy = document.createElement('button');
  copy.type = 'button';
  copy.className = 'g-button';
  copy.textContent = words.copy;
  const said = document.createElement('span');
  said.className = 'g-mut';
  said.setAttribute('role', 'status');
  details.append(summary, intro, code, copy, said);
  el.append(details);

  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      said.textContent = words.copied;
    } catch {
      // Without a secure connection the clipboard is closed: the code is selected, one key copies it.
      getSelection().selectAllChildren(code);
      said.textContent = words.selected;
    }
  });

  const update = () => {
    code.textContent = model.get('text');
    said.textContent = '';
  };
  model.on('change:text', update);
  update();
}

export default { render };

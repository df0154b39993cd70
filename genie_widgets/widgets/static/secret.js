/* A password field whose value is a message, never a part of the widget's state: no notebook can hold it. */

function render({ model, el }) {
  const input = document.createElement('input');
  input.type = 'password';
  input.autocomplete = 'off';
  input.id = `g-secret-${Math.random().toString(36).slice(2)}`;
  input.placeholder = model.get('placeholder');
  const label = document.createElement('label');
  label.htmlFor = input.id;
  label.textContent = model.get('label');
  el.classList.add('g-field');
  el.append(label, input);
  input.addEventListener('change', () => model.send({ op: 'secret', value: input.value }));
  model.on('msg:custom', message => {
    if (message.op === 'clear') input.value = '';
  });
}

export default { render };

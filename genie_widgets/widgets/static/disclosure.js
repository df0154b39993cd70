/* A heading that opens and closes what follows it. */

function render({ model, el }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'g-toggle';
  el.append(button);
  const update = () => {
    button.textContent = model.get('title');
    button.setAttribute('aria-expanded', String(model.get('is_open')));
  };
  button.addEventListener('click', () => {
    model.set('is_open', !model.get('is_open'));
    model.save_changes();
  });
  model.on('change:title', update);
  model.on('change:is_open', update);
  update();
}

export default { render };

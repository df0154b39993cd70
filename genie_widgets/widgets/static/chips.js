/* Names to switch on and off, one button each: no Ctrl key, and as good for a finger as for a mouse. */

function render({ model, el }) {
  const group = document.createElement('div');
  group.className = 'g-chips';
  group.setAttribute('role', 'group');
  const label = document.createElement('div');
  label.className = 'g-chips-label';
  label.id = `g-chips-${Math.random().toString(36).slice(2)}`;
  group.setAttribute('aria-labelledby', label.id);
  el.append(label, group);

  function toggle(name) {
    const chosen = new Set(model.get('value'));
    if (!chosen.delete(name)) chosen.add(name);
    model.set('value', model.get('options').filter(option => chosen.has(option)));
    model.save_changes();
  }

  function update() {
    const chosen = new Set(model.get('value'));
    for (const button of group.children) button.setAttribute('aria-pressed', String(chosen.has(button.textContent)));
  }

  function draw() {
    label.textContent = model.get('description');
    group.replaceChildren(
      ...model.get('options').map(name => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'g-chip';
        button.textContent = name;
        button.disabled = model.get('disabled');
        button.addEventListener('click', () => toggle(name));
        return button;
      }),
    );
    update();
  }

  draw();
  model.on('change:options', draw);
  model.on('change:disabled', draw);
  model.on('change:value', update);
}

export default { render };

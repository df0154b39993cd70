/* What the page knows and the kernel does not: its address, theme and language, and whether anybody still answers. */

const RUN = /^[0-9a-f]{32}$/;
const PATIENCE_MS = 10_000;
const MOST_TOLD = 50;
const LANGUAGE = 'genie-language';

/* Storage can be forbidden: then a choice lasts as long as the page. */
const remembered = () => {
  try {
    return localStorage.getItem(LANGUAGE) || '';
  } catch {
    return '';
  }
};
const remember = language => {
  try {
    localStorage.setItem(LANGUAGE, language);
  } catch {
    /* it lasts as long as the page */
  }
};

function render({ model, el }) {
  el.style.display = 'none';
  const banner = document.createElement('div');
  banner.setAttribute('role', 'alert');
  banner.className = 'g-lost';
  banner.hidden = true;
  const text = document.createElement('span');
  const reload = document.createElement('button');
  reload.type = 'button';
  reload.addEventListener('click', () => location.reload());
  banner.append(text, reload);
  const say = () => {
    text.textContent = `${model.get('words').lost} `;
    reload.textContent = model.get('words').reload;
  };
  say();
  model.on('change:words', say);
  document.body.append(banner);

  let heard = performance.now();
  const onMessage = message => {
    if (message.op === 'pong') {
      heard = performance.now();
      banner.hidden = true;
    }
  };
  model.on('msg:custom', onMessage);
  const ping = () => {
    try {
      model.send({ op: 'ping' });
    } catch {
      /* the socket is gone: the banner says so */
    }
    if (performance.now() - heard > model.get('lost_ms')) banner.hidden = false;
  };
  const timer = setInterval(ping, model.get('ping_ms'));

  const onPage = document.body.dataset.voila === 'voila';
  const leave = () => onPage && model.send({ op: 'left' });
  addEventListener('pagehide', leave);

  const isDark = () => document.body.dataset.jpThemeLight === 'false';
  const tell = () => {
    model.set('dark', isDark());
    model.save_changes();
  };
  const themes = new MutationObserver(tell);
  themes.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-light'] });

  const show = () => {
    const run = model.get('run');
    if (!onPage || !model.get('answered')) return;
    const url = new URL(location.href);
    if (RUN.test(run)) url.searchParams.set('run', run);
    else url.searchParams.delete('run');
    history.replaceState(history.state, '', url);
  };
  model.on('change:run', show);

  const speak = () => {
    const panel = el.closest('.genie');
    if (panel) panel.lang = model.get('language');
  };
  // The panel is made anew in the language, and the list where it was chosen with it: who uses keys stays at it.
  const stayAtList = () => {
    const list = () => el.closest('.genie')?.querySelector('.g-language select');
    const old = list();
    const until = performance.now() + PATIENCE_MS;
    const look = () => {
      const made = list();
      if (made && made !== old) made.focus();
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    look();
  };
  const keep = () => {
    remember(model.get('keep'));
    stayAtList();
    const url = new URL(location.href);
    if (!onPage || !url.searchParams.has('lang')) return;
    url.searchParams.set('lang', model.get('keep'));
    history.replaceState(history.state, '', url);
  };
  model.on('change:language', speak);
  model.on('change:keep', keep);

  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const lookAt = () => {
    // The card is made when it is first needed: it comes some frames after the message that names it.
    const name = model.get('look_at');
    const until = performance.now() + PATIENCE_MS;
    const look = () => {
      const card = el.closest('.genie')?.querySelector(`.g-card-${name}`);
      if (card) card.scrollIntoView({ behavior: calm.matches ? 'auto' : 'smooth', block: 'nearest' });
      else if (name === model.get('look_at') && performance.now() < until) requestAnimationFrame(look);
    };
    if (name) requestAnimationFrame(look);
  };
  model.on('change:look_at', lookAt);

  // ipywidgets gives a slider's handle no name: it takes that of the label beside it.
  const nameSliders = () => {
    for (const handle of document.querySelectorAll('.genie .noUi-handle:not([aria-label])')) {
      const label = handle.closest('.jupyter-widgets')?.querySelector('.widget-label');
      handle.setAttribute('aria-label', label?.textContent || model.get('words').slider);
    }
  };
  // A plot is drawn before it is in the page, 700 pixels wide: it is told to look at its place, and shown when it fits.
  // One that won't fit is left as it is: being told draws it again, and that is looked at here.
  const told = new WeakMap();
  const fitPlots = () => {
    let isWrong = false;
    for (const plot of document.querySelectorAll('.genie .g-plot .js-plotly-plot:not(.g-fits)')) {
      const drawn = plot.querySelector('.main-svg');
      if (!drawn || !plot.clientWidth) continue;
      if (Math.abs(drawn.clientWidth - plot.clientWidth) <= 1) plot.classList.add('g-fits');
      else if ((told.get(plot) ?? 0) < MOST_TOLD) {
        told.set(plot, (told.get(plot) ?? 0) + 1);
        isWrong = true;
      }
    }
    if (isWrong) dispatchEvent(new Event('resize'));
  };
  const watcher = new MutationObserver(() => {
    nameSliders();
    fitPlots();
  });
  let frame = 0;
  const watchPanel = () => {
    const panel = el.closest('.genie');
    if (panel) {
      watcher.observe(panel, { childList: true, subtree: true });
      speak();
    } else frame = requestAnimationFrame(watchPanel);
  };
  watchPanel();

  const query = new URLSearchParams(location.search);
  model.set('dark', isDark());
  model.set('query', onPage ? { run: query.get('run') || '', sample: query.get('sample') || '', person: query.get('person') || '' } : {});
  model.set('heard', { chosen: (onPage && query.get('lang')) || remembered(), browser: navigator.language || '' });
  model.set('answered', true);
  model.save_changes();
  ping();
  return () => {
    clearInterval(timer);
    removeEventListener('pagehide', leave);
    themes.disconnect();
    cancelAnimationFrame(frame);
    watcher.disconnect();
    banner.remove();
  };
}

export default { render };

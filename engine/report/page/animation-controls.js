import { make } from './tools.js';

/**
 * What plays an animation: `show(step)` shows a step, `step()` tells which one is shown, `labels` are their texts.
 * Returns the line of text, the bar of controls, what keys do, and what to call once a step is shown.
 */
export function animationControls({ title, labels, step, show }) {
  const last = labels.length - 1;
  let timer = null;
  const label = make('p', { class: 'step-label', 'aria-live': 'off' });
  const slider = make('input', {
    type: 'range',
    class: 'step-slider',
    min: 0,
    max: last,
    step: 1,
    value: 0,
    'aria-label': `Step of ${title}`,
  });
  const play = make('button', { type: 'button', class: 'play' }, 'Play');
  const speed = make(
    'select',
    { 'aria-label': 'Steps per second' },
    ...[1, 2, 5, 10, 25].map((rate) =>
      make('option', { value: rate, selected: rate === 5 }, `${rate} per second`),
    ),
  );
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = 'Play';
    label.setAttribute('aria-live', 'polite');
  }
  function start() {
    if (step() === last) show(0);
    // While it plays a screen reader would never stop talking.
    label.setAttribute('aria-live', 'off');
    play.textContent = 'Pause';
    timer = setInterval(
      () => {
        show(step() + 1);
        if (step() === last) stop();
      },
      1000 / Number(speed.value),
    );
  }
  const toggle = () => (timer === null ? start() : stop());
  const goTo = (wanted) => {
    stop();
    show(wanted);
  };
  play.addEventListener('click', toggle);
  speed.addEventListener('change', () => {
    if (timer === null) return;
    stop();
    start();
  });
  slider.addEventListener('input', () => goTo(Number(slider.value)));
  const button = (text, name, action) =>
    make('button', { type: 'button', 'aria-label': name, title: name, onclick: action }, text);
  const bar = make(
    'div',
    { class: 'tools', role: 'group', 'aria-label': `Controls of ${title}` },
    play,
    button('«', 'First step', () => goTo(0)),
    button('‹', 'Step back', () => goTo(step() - 1)),
    button('›', 'Step on', () => goTo(step() + 1)),
    button('»', 'Last step', () => goTo(last)),
    slider,
    speed,
  );
  return {
    label,
    bar,
    keys: {
      ' ': toggle,
      ',': () => goTo(step() - 1),
      '.': () => goTo(step() + 1),
      Home: () => goTo(0),
      End: () => goTo(last),
    },
    shown: () => {
      slider.value = String(step());
      const text = labels[step()] ?? '';
      label.textContent = `Step ${step() + 1} of ${last + 1}${text === '' ? '' : `: ${text}`}`;
      slider.setAttribute('aria-valuetext', label.textContent);
    },
  };
}

import { root } from './tools.js';

/** What draws with colours of the page: called again when they change. */
export const repaints = [];

const darkWanted = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.dataset.theme ?? (darkWanted.matches ? 'dark' : 'light')) === 'dark';
const themeButton = document.getElementById('theme');
export function themed() {
  themeButton.textContent = isDark() ? 'Light mode' : 'Dark mode';
  for (const repaint of repaints) repaint();
}
themeButton.hidden = false;
themeButton.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  themed();
});
darkWanted.addEventListener('change', themed);

// Functions that run in the page: what no accessibility checker looks at.

/** Words in diagrams that do not stand out from what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1). */
export function contrasts() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (color) => {
    const [r, g, b] = rgb(color).map((part) => {
      const s = part / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (text) => {
    if (text.matches('.flash, .why')) return getComputedStyle(text.closest('svg').querySelector('rect.flash')).fill;
    return getComputedStyle(text.closest('.drawing')).backgroundColor;
  };
  const seen = new Map();
  for (const text of document.querySelectorAll('.drawing text')) {
    const colors = `${getComputedStyle(text).fill} on ${behind(text)}`;
    if (!seen.has(colors)) seen.set(colors, text);
  }
  if (seen.size === 0 && document.querySelector('.drawing')) return ['no words were looked at'];
  return [...seen.keys()].filter((pair) => {
    const [a, b] = pair.split(' on ').map(luminance).sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  });
}

/** Words that leave the window, and words of one step that lie over each other. */
export function overflowing() {
  const out = [];
  for (const group of document.querySelectorAll('.diagram .s')) {
    const boxes = [...group.querySelectorAll('text')].filter((one) => one.checkVisibility()).map((one) => [one.textContent, one.getBoundingClientRect()]);
    for (const [i, [words, box]] of boxes.entries()) {
      if (box.left < -1 || box.right > innerWidth + 1) out.push(`${words}: ${Math.round(box.left)} to ${Math.round(box.right)}`);
      for (const [others, over] of boxes.slice(i + 1)) {
        const wide = Math.min(box.right, over.right) - Math.max(box.left, over.left);
        const high = Math.min(box.bottom, over.bottom) - Math.max(box.top, over.top);
        if (wide > 3 && high > 4) out.push(`${words} lies over ${others}`);
      }
    }
  }
  return [...new Set(out)];
}

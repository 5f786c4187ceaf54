// Renders a runbook: the Markdown that our runbooks use (headings, lists, code, emphasis), as elements. Anything else stays text.
import { make } from './dom.ts';

export function runbookElements(markdown: string): HTMLElement[] {
  const elements: HTMLElement[] = [];
  let list: HTMLElement | undefined;
  let code: string[] | undefined;
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) {
      const text = paragraph.join(' ');
      if (list) list.lastElementChild?.append(...inline(` ${text}`));
      else elements.push(make('p', {}, ...inline(text)));
    }
    paragraph = [];
  };
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) {
      endParagraph();
      if (code) elements.push(make('pre', { tabindex: 0 }, code.join('\n')));
      code = code ? undefined : [];
      continue;
    }
    if (code) {
      code.push(line);
      continue;
    }
    const [, heading] = /^#{1,4} (.*)$/.exec(line) ?? [];
    const [, item] = /^(?:[-*]|\d+\.) (.*)$/.exec(line) ?? [];
    if (heading !== undefined || item !== undefined || line.trim() === '') endParagraph();
    if (heading !== undefined) {
      list = undefined;
      elements.push(make('h3', {}, ...inline(heading)));
    } else if (item !== undefined) {
      if (!list) elements.push((list = make('ul')));
      list.append(make('li', {}, ...inline(item)));
    } else if (line.trim() !== '') {
      paragraph.push(line.trim());
      continue;
    }
    if (line.trim() === '') list = undefined;
  }
  endParagraph();
  if (code) elements.push(make('pre', { tabindex: 0 }, code.join('\n')));
  return elements;
}

/** Code, bold, and links as their words: the page asks nothing of elsewhere. */
function inline(text: string): (HTMLElement | string)[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.length > 2 && part.startsWith('`')) return make('code', {}, part.slice(1, -1));
    if (part.length > 4 && part.startsWith('**')) return make('b', {}, part.slice(2, -2));
    return /^\[([^\]]+)\]\([^)]+\)$/.exec(part)?.[1] ?? part;
  });
}

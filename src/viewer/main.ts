import '../routes/app.css';
import './viewer.css';
import { mount } from 'svelte';
import { parseHtmlData, notebookDataType } from '../lib/notebook/htmlDocument.js';
import { FocusState } from '../lib/state/FocusState.svelte.js';
import ViewerCell from './ViewerCell.svelte';
import { toViewerCells } from './viewerCells.js';

/**
 * Makes the figures of an exported page live, from the document inside the page alone. What cannot
 * be drawn keeps the picture that the page came with.
 */
async function start() {
	const data = [...document.querySelectorAll(`script[type="${notebookDataType}"]`)].at(-1);
	const notebook = await parseHtmlData(data?.textContent ?? '');
	const focus = new FocusState();
	document.addEventListener('keydown', (event) => {
		if (event.key === 'Escape') focus.release();
	});
	for (const props of toViewerCells(notebook)) {
		const figure = document.querySelector(`figure[data-cell="${props.cell.id}"]`);
		if (!figure) continue;
		const target = document.createElement('div');
		figure.querySelector('[data-picture]')?.remove();
		figure.prepend(...figure.querySelectorAll(':scope > :not(figcaption)'), target);
		mount(ViewerCell, { target, props: { ...props, focus } });
	}
	document.documentElement.dataset.viewer = 'live';
}

start().catch((error: unknown) => {
	const note = document.createElement('p');
	note.setAttribute('role', 'status');
	note.textContent = `The pictures cannot be made live here: ${error instanceof Error ? error.message : String(error)}. They are shown as they were recorded.`;
	document.querySelector('main')?.prepend(note);
});

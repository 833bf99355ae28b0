import { editSettings, editTitle } from '../../../src/lib/notebook/edits.js';
import { NotebookSession, type SessionEvent } from '../../../src/lib/storage/notebookSession.js';
import { NotebookStore } from '../../../src/lib/storage/notebookStore.js';

/** What a page of its own does in the tests of two tabs; the test drives it through `window.tab`. */
export class NotebookTab {
	session!: NotebookSession;
	readonly events: SessionEvent[] = [];

	async open(database: string, id: string): Promise<void> {
		const onEvent = (event: SessionEvent) => void this.events.push(event);
		this.session = await NotebookSession.open(new NotebookStore(database), id, onEvent);
	}

	type(text: string): void {
		this.session.edit(editSettings(this.session.notebook, 'prose-1', 'prose', { text }));
	}

	rename(title: string): void {
		this.session.edit(editTitle(this.session.notebook, title));
	}

	get text(): string {
		const [cell] = this.session.notebook.cells;
		return cell.kind === 'prose' ? cell.settings.text : '';
	}
}

declare global {
	interface Window {
		tab: NotebookTab;
	}
}

window.tab = new NotebookTab();

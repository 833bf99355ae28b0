import { afterEach, expect, test, vi } from 'vitest';
import { toNotebook } from '../../../src/lib/notebook/notebook.js';
import { NotebookStore } from '../../../src/lib/storage/notebookStore.js';
import type { NotebookTab } from './notebookTab.js';
import tabUrl from './notebookTab.ts?url';

/** Pages of their own: windows where the browser opens them, with their own code and state. */
const pages: Window[] = [];

async function openTab(): Promise<NotebookTab & { page: Window }> {
	const page = window.open('about:blank');
	if (!page) throw new Error('the browser opened no window');
	pages.push(page);
	const script = page.document.createElement('script');
	script.type = 'module';
	script.src = new URL(tabUrl, location.href).href;
	page.document.head.append(script);
	await vi.waitFor(() => expect(page.tab).toBeDefined(), { timeout: 20_000 });
	return Object.assign(page.tab, { page });
}

afterEach(() => pages.splice(0).forEach((page) => page.close()));

async function createNotebook() {
	const database = `test-${crypto.randomUUID()}`;
	const store = new NotebookStore(database);
	const { id } = await store.create(
		toNotebook({ cells: [{ id: 'prose-1', kind: 'prose', settings: { text: 'start' } }] })
	);
	const readText = async () => {
		const [cell] = (await store.load(id)).notebook.cells;
		return cell.kind === 'prose' ? cell.settings.text : '';
	};
	return { database, store, id, readText };
}

test('what was typed is kept within a second, even when the tab is killed', async () => {
	const { database, id, readText } = await createNotebook();
	const tab = await openTab();
	await tab.open(database, id);
	for (let i = 0; i < 20; i++) {
		tab.type(`typed ${i}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	// Typing did not stop, and yet it was saved on the way.
	expect(await readText()).toMatch(/^typed \d+$/);
	await new Promise((resolve) => setTimeout(resolve, 1000));
	tab.page.close();
	expect(await readText()).toBe('typed 19');
});

test('a second tab reads along, is told so, and cannot overwrite', async () => {
	const { database, id, readText } = await createNotebook();
	const [first, second] = [await openTab(), await openTab()];
	await first.open(database, id);
	await second.open(database, id);
	expect([first.session.role, second.session.role]).toEqual(['writer', 'reader']);
	expect(() => second.type('stolen')).toThrow('another tab edits this notebook');
	first.type('by the first');
	await vi.waitFor(() => expect(second.text).toBe('by the first'));
	expect(second.events.map(({ type }) => type)).toContain('changed');
	expect(await readText()).toBe('by the first');
});

test('when the writing tab goes, the reader becomes the writer with what was saved', async () => {
	const { database, id, readText } = await createNotebook();
	const [first, second] = [await openTab(), await openTab()];
	await first.open(database, id);
	await second.open(database, id);
	first.type('last words');
	await first.session.flush();
	first.page.close();
	await vi.waitFor(() => expect(second.session.role).toBe('writer'));
	expect(second.text).toBe('last words');
	second.type('carried on');
	await second.session.flush();
	expect(await readText()).toBe('carried on');
});

test('a reader takes over: the writer saves first, and reads from then on', async () => {
	const { database, id, readText } = await createNotebook();
	const [first, second] = [await openTab(), await openTab()];
	await first.open(database, id);
	await second.open(database, id);
	first.type('not saved yet');
	second.session.takeOver();
	await vi.waitFor(() => expect(second.session.role).toBe('writer'));
	expect(first.session.role).toBe('reader');
	expect(second.text).toBe('not saved yet');
	expect(() => first.type('too late')).toThrow('another tab');
	second.type('mine now');
	await vi.waitFor(() => expect(first.text).toBe('mine now'));
	expect(await readText()).toBe('mine now');
	first.session.takeOver();
	await vi.waitFor(() => expect(first.session.role).toBe('writer'));
});

test('a notebook saved behind its writer is not overwritten: the version here becomes a copy', async () => {
	const { database, store, id, readText } = await createNotebook();
	const tab = await openTab();
	await tab.open(database, id);
	const { notebook, summary } = await store.load(id);
	await store.save(id, { ...notebook, title: 'from elsewhere' }, summary.revision);
	tab.rename('from the tab');
	await vi.waitFor(() => expect(tab.events.map(({ type }) => type)).toContain('copied'));
	await vi.waitFor(() => expect(tab.session.notebook.title).toBe('from elsewhere'));
	expect((await store.load(id)).notebook.title).toBe('from elsewhere');
	expect((await store.list()).map(({ title }) => title).sort()).toEqual([
		'from elsewhere',
		'from the tab (copy)'
	]);
	expect(await readText()).toBe('start');
});

test('an open notebook is neither renamed nor deleted from elsewhere', async () => {
	const { database, store, id } = await createNotebook();
	const tab = await openTab();
	await tab.open(database, id);
	await expect(store.rename(id, 'x')).rejects.toThrow('open in a tab');
	await expect(store.delete(id)).rejects.toThrow('open in a tab');
	await tab.session.close();
	expect((await store.rename(id, 'x')).title).toBe('x');
});

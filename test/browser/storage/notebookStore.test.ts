import { expect, test } from 'vitest';
import { createAttachment } from '../../../src/lib/notebook/attachments.js';
import { editTitle } from '../../../src/lib/notebook/edits.js';
import { toNotebook } from '../../../src/lib/notebook/notebook.js';
import { NotebookStore } from '../../../src/lib/storage/notebookStore.js';
import { ConflictError } from '../../../src/lib/storage/storageErrors.js';
import { createRandom } from '../../support/randomText.js';
import { randomNotebook } from '../../support/randomNotebook.js';

const createTestStore = () => new NotebookStore(`test-${crypto.randomUUID()}`);

test('any document is kept and read again exactly', async () => {
	const random = createRandom(81);
	const store = createTestStore();
	for (let i = 0; i < 30; i++) {
		const notebook = await randomNotebook(random);
		const { id, revision } = await store.create(notebook);
		expect((await store.load(id)).notebook).toEqual(notebook);
		const next = editTitle(notebook, `title ${i}`);
		await store.save(id, next, revision);
		expect((await store.load(id)).notebook).toEqual(next);
	}
	expect(await store.list()).toHaveLength(30);
});

test('notebooks are renamed, duplicated, deleted, brought back and purged', async () => {
	const store = createTestStore();
	const attachments = await createAttachment('image/png', Uint8Array.of(1, 2, 3));
	const [image] = attachments.keys();
	const settings = { pictures: [{ image, name: 'a.png' }] };
	const notebook = toNotebook({
		title: 'One',
		cells: [{ id: 'p', kind: 'prompt', settings }],
		attachments
	});
	const first = await store.create(notebook, { origin: 'mask' });
	await store.rename(first.id, 'Two');
	const copy = await store.duplicate(first.id);
	expect(copy).toMatchObject({ title: 'Two (copy)', origin: 'mask', revision: 1 });
	await store.delete(first.id);
	expect((await store.list()).map(({ id }) => id)).toEqual([copy.id]);
	expect((await store.list({ deleted: true })).map(({ id }) => id)).toEqual([first.id]);
	await store.restore(first.id);
	expect((await store.load(first.id)).notebook.attachments).toEqual(attachments);

	await store.delete(first.id);
	expect(await store.purge(Date.now() - 60_000)).toEqual([]);
	expect(await store.purge(Date.now() + 1)).toEqual([first.id]);
	await expect(store.load(first.id)).rejects.toThrow('keeps no notebook');
	// The copy still uses the picture.
	expect((await store.load(copy.id)).notebook.attachments).toEqual(attachments);
});

test('a save that starts from an old revision is refused, and changes nothing', async () => {
	const store = createTestStore();
	const { id, revision } = await store.create(toNotebook({ title: 'One' }));
	await store.save(id, toNotebook({ title: 'Two' }), revision);
	await expect(store.save(id, toNotebook({ title: 'Three' }), revision)).rejects.toThrow(
		ConflictError
	);
	expect((await store.load(id)).notebook.title).toBe('Two');
	const saves = ['A', 'B', 'C'].map((title) => store.save(id, toNotebook({ title }), revision + 1));
	const results = await Promise.allSettled(saves);
	expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a document damaged on the disk is refused with a reason, the others stay', async () => {
	const name = `test-${crypto.randomUUID()}`;
	const store = new NotebookStore(name);
	const { id } = await store.create(toNotebook({ title: 'One' }));
	const other = await store.create(toNotebook({ title: 'Two' }));
	const database = await new Promise<IDBDatabase>((resolve) => {
		const request = indexedDB.open(name);
		request.onsuccess = () => resolve(request.result);
	});
	database
		.transaction('notebooks', 'readwrite')
		.objectStore('notebooks')
		.put('%% broken', `text:${id}`);
	await expect(store.load(id)).rejects.toThrow('no notebook of Gemma Loupe');
	expect((await store.load(other.id)).notebook.title).toBe('Two');
	database.close();
});

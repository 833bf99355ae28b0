import { cdp } from 'vitest/browser';
import { afterEach, expect, test } from 'vitest';
import { createAttachment } from '../../../src/lib/notebook/attachments.js';
import { editSettings, insertCell } from '../../../src/lib/notebook/edits.js';
import { toNotebook } from '../../../src/lib/notebook/notebook.js';
import { NotebookSession, type SessionEvent } from '../../../src/lib/storage/notebookSession.js';
import { NotebookStore } from '../../../src/lib/storage/notebookStore.js';
import { readStorageRoom, requestPersistence } from '../../../src/lib/storage/quota.js';
import { StorageFullError } from '../../../src/lib/storage/storageErrors.js';

interface Protocol {
	send(method: string, parameters: object): Promise<unknown>;
}

/** Limits what the browser gives this origin, or lifts the limit. */
const limitQuota = (quotaSize?: number) =>
	(cdp() as unknown as Protocol).send('Storage.overrideQuotaForOrigin', {
		origin: location.origin,
		...(quotaSize === undefined ? {} : { quotaSize })
	});

afterEach(() => limitQuota());

test('when the room ends nothing that was saved or typed is lost, and saving goes on after', async () => {
	const { used } = await readStorageRoom();
	await limitQuota(used + 500_000);
	// Chromium relies on what it knew of the room for 30 seconds.
	await new Promise((resolve) => setTimeout(resolve, 31_000));
	const store = new NotebookStore(`test-${crypto.randomUUID()}`);
	const start = toNotebook({ cells: [{ id: 'a', kind: 'prose', settings: { text: 'start' } }] });
	const { id } = await store.create(start);
	const events: SessionEvent[] = [];
	const session = await NotebookSession.open(store, id, (event) => events.push(event));

	const large = new Uint8Array(6_000_000);
	for (let start = 0; start < large.length; start += 60_000) {
		crypto.getRandomValues(large.subarray(start, start + 60_000));
	}
	const picture = await createAttachment('image/png', large);
	const [image] = picture.keys();
	const settings = { pictures: [{ image, name: '' }] };
	const edited = editSettings(session.notebook, 'a', 'prose', { text: 'typed when it was full' });
	session.edit(insertCell(edited, 1, { id: 'p', kind: 'prompt', settings }, picture));
	await session.flush();
	expect(session.saveState).toBe('failed');
	const failure = events.findLast(({ type }) => type === 'saveState');
	expect(failure?.type === 'saveState' && failure.error).toBeInstanceOf(StorageFullError);
	expect((await store.load(id)).notebook).toEqual(start);
	expect(session.notebook.cells).toHaveLength(2);

	await limitQuota();
	await session.flush();
	expect(session.saveState).toBe('saved');
	// Reading checks the picture against its hash.
	const { notebook } = await store.load(id);
	expect(notebook.cells).toEqual(session.notebook.cells);
	expect([...notebook.attachments.keys()]).toEqual([image]);
	await session.close();
});

test('the room is told', async () => {
	const { used, quota, isPersistent } = await readStorageRoom();
	expect(used).toBeGreaterThanOrEqual(0);
	expect(quota).toBeGreaterThan(used);
	expect(isPersistent).toBe(false);
	const isGranted = await requestPersistence();
	expect((await readStorageRoom()).isPersistent).toBe(isGranted);
});

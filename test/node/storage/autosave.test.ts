import { expect, test } from 'vitest';
import { Autosave, type SaveState } from '../../../src/lib/storage/autosave.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A disk that takes a while, and can be full. */
function createDisk(ms = 5) {
	const disk = {
		saved: [] as string[],
		isFull: false,
		atOnce: 0,
		save: async (value: string) => {
			disk.atOnce++;
			expect(disk.atOnce).toBe(1);
			await sleep(ms);
			disk.atOnce--;
			if (disk.isFull) throw new Error('full');
			disk.saved.push(value);
		}
	};
	return disk;
}

test('the latest value is saved soon after the first, however long the typing goes on', async () => {
	const disk = createDisk();
	const autosave = new Autosave(disk.save, { delayMs: 30 });
	for (let i = 0; i < 40; i++) {
		autosave.put(`${i}`);
		await sleep(5);
	}
	expect(disk.saved.length).toBeGreaterThan(2);
	expect(disk.saved.length).toBeLessThan(12);
	await sleep(100);
	expect(disk.saved.at(-1)).toBe('39');
	expect(autosave.state).toBe('saved');
});

test('a value that comes while another is saved is saved after it', async () => {
	const disk = createDisk(20);
	const autosave = new Autosave(disk.save, { delayMs: 10 });
	autosave.put('a');
	const flushed = autosave.flush();
	autosave.put('b');
	await flushed;
	expect(autosave.state).toBe('unsaved');
	await Promise.all([autosave.flush(), autosave.flush()]);
	expect(disk.saved).toEqual(['a', 'b']);
	expect(autosave.state).toBe('saved');
});

test('what could not be saved is kept, told, and saved on the next attempt', async () => {
	const disk = createDisk();
	const states: [SaveState, string | null][] = [];
	const autosave = new Autosave(disk.save, {
		delayMs: 5,
		onState: (state, error) => states.push([state, (error as Error | null)?.message ?? null])
	});
	disk.isFull = true;
	autosave.put('a');
	await autosave.flush();
	expect(autosave.state).toBe('failed');
	expect(autosave.waiting).toEqual({ value: 'a' });
	autosave.put('b');
	await autosave.flush();
	disk.isFull = false;
	await autosave.flush();
	expect(disk.saved).toEqual(['b']);
	expect(states).toEqual([
		['unsaved', null],
		['failed', 'full'],
		['failed', 'full'],
		['saved', null]
	]);
});

test('nothing is saved where nothing was put, or after cancelling', async () => {
	const disk = createDisk();
	const autosave = new Autosave(disk.save, { delayMs: 5 });
	await autosave.flush();
	autosave.put('a');
	autosave.cancel();
	await sleep(20);
	expect(disk.saved).toEqual([]);
	expect(autosave.state).toBe('saved');
});

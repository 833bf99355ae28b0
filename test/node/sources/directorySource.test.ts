import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directorySource } from '../../../src/lib/sources/directorySource.js';

let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'gemma-loupe-'));
	await writeFile(join(folder, 'config.json'), '{"é":1}');
	await mkdir(join(folder, 'sub'));
	await writeFile(join(folder, 'sub', 'a.txt'), 'inner');
	await symlink(join(folder, 'sub', 'a.txt'), join(folder, 'link.txt'));
});

afterAll(() => rm(folder, { recursive: true }));

test('reads text, sizes and ranges', async () => {
	const source = directorySource(`${folder}/`);
	expect(await source.maybeText('config.json')).toBe('{"é":1}');
	expect(await source.maybeText('sub/a.txt')).toBe('inner');
	expect(await source.maybeSize('config.json')).toBe(8);
	expect(await source.bytes('sub/a.txt', 1, 4)).toEqual(new TextEncoder().encode('nne'));
	expect(await source.bytes('sub/a.txt', 5, 5)).toHaveLength(0);
});

test('follows links, as the folders of a download cache need', async () => {
	expect(await directorySource(folder).maybeText('link.txt')).toBe('inner');
});

test('an absent file, and a folder, are null', async () => {
	const source = directorySource(folder);
	expect(await source.maybeText('absent.json')).toBeNull();
	expect(await source.maybeSize('config.json/x')).toBeNull();
	expect(await source.maybeSize('sub')).toBeNull();
	expect(await directorySource(join(folder, 'absent')).maybeSize('x')).toBeNull();
	await expect(source.bytes('absent.json', 0, 1)).rejects.toThrow(
		expect.objectContaining({
			name: 'SourceError',
			message: expect.stringContaining('holds no absent.json')
		})
	);
});

test('a path may not leave the folder', async () => {
	const source = directorySource(folder);
	for (const path of ['../x', 'sub/../../x', '/etc/passwd', 'sub//a.txt', '.', '', 'a\\b', 'c:x']) {
		await expect(source.maybeSize(path)).rejects.toThrow(
			`invalid file name: ${JSON.stringify(path)}`
		);
	}
});

test('a range beyond the file is refused, never cut short', async () => {
	const source = directorySource(folder);
	await expect(source.bytes('sub/a.txt', 3, 6)).rejects.toThrow('has 5 bytes, but 6 are needed');
	await expect(source.bytes('sub/a.txt', 3, 2)).rejects.toThrow(RangeError);
});

test('an abort before or during a read is an AbortError', async () => {
	const source = directorySource(folder);
	const aborted = { name: 'AbortError' };
	await expect(source.maybeText('config.json', AbortSignal.abort())).rejects.toMatchObject(aborted);
	const controller = new AbortController();
	const bytes = source.bytes('config.json', 0, 8, controller.signal);
	controller.abort();
	await expect(bytes).rejects.toMatchObject(aborted);
});

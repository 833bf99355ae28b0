import { expect, test } from 'vitest';
import { filesSource } from '../../../src/lib/sources/filesSource.js';

function fileAt(path: string, text: string): File {
	const file = new File([text], path.split('/').at(-1)!);
	return Object.defineProperty(file, 'webkitRelativePath', { value: path });
}

test('reads blobs by path', async () => {
	const source = filesSource(new Map([['config.json', new Blob(['{"é":1}'])]]), 'mine');
	expect(source.name).toBe('mine');
	expect(await source.maybeText('config.json')).toBe('{"é":1}');
	expect(await source.maybeSize('config.json')).toBe(8);
	expect(await source.bytes('config.json', 1, 3)).toEqual(
		new TextEncoder().encode('"é').slice(0, 2)
	);
	expect(await source.bytes('config.json', 8, 8)).toHaveLength(0);
});

test('an absent file is null, and an error where its bytes are needed', async () => {
	const source = filesSource(new Map([['a', new Blob(['x'])]]), 'mine');
	expect(await source.maybeText('b')).toBeNull();
	expect(await source.maybeSize('toString')).toBeNull();
	await expect(source.bytes('b', 0, 1)).rejects.toThrow(
		expect.objectContaining({ name: 'SourceError', message: 'mine holds no b; choose it too' })
	);
});

test('the chosen folder is left out of the paths', async () => {
	const source = filesSource(
		[fileAt('gemma/it/config.json', '{}'), fileAt('gemma/it/original/config.json', '[]')],
		'gemma'
	);
	expect(await source.maybeText('config.json')).toBe('{}');
	expect(await source.maybeText('original/config.json')).toBe('[]');
});

test('a single file keeps its name, and files without a folder theirs', async () => {
	expect(await filesSource([fileAt('a/b.json', '1')], 'x').maybeText('b.json')).toBe('1');
	const source = filesSource([new File(['2'], 'c'), new File(['3'], 'd')], 'x');
	expect(await source.maybeText('d')).toBe('3');
	expect(await filesSource([], 'x').maybeSize('c')).toBeNull();
});

test('two files of one path are refused', () => {
	expect(() => filesSource([new File(['1'], 'a'), new File(['2'], 'a')], 'x')).toThrow(
		'x holds a twice'
	);
});

test('a range beyond the file is refused, never cut short', async () => {
	const source = filesSource(new Map([['a', new Blob(['xyz'])]]), 'mine');
	await expect(source.bytes('a', 1, 4)).rejects.toThrow('a of mine has 3 bytes, but 4 are needed');
	await expect(source.bytes('a', 2, 1)).rejects.toThrow(RangeError);
	await expect(source.bytes('a', -1, 1)).rejects.toThrow(RangeError);
});

test('a blob that cannot be read any more is an error in words', async () => {
	class Gone extends Blob {
		override arrayBuffer(): Promise<never> {
			return Promise.reject(new DOMException('gone', 'NotReadableError'));
		}
	}
	const source = filesSource(new Map([['a', new Gone(['xyz'])]]), 'mine');
	await expect(source.maybeText('a')).rejects.toThrow(
		expect.objectContaining({
			name: 'SourceError',
			message: expect.stringContaining('choose the files again')
		})
	);
});

test('an abort before or during a read is an AbortError', async () => {
	const source = filesSource(new Map([['a', new Blob(['xyz'])]]), 'mine');
	const aborted = { name: 'AbortError' };
	await expect(source.maybeSize('a', AbortSignal.abort())).rejects.toMatchObject(aborted);
	const controller = new AbortController();
	const bytes = source.bytes('a', 0, 3, controller.signal);
	controller.abort();
	await expect(bytes).rejects.toMatchObject(aborted);
});

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
	hashedSource,
	hashParts,
	partHashedSource
} from '../../../src/lib/sources/hashedSource.js';
import { Sha256 } from '../../../src/lib/sources/sha256.js';
import { memorySource } from '../../support/memorySource.js';

const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 31) ^ (i >> 5));
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

test('the hash in pieces of any size is the hash of the whole', () => {
	for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 10_000]) {
		const whole = bytes.subarray(0, length);
		for (const step of [1, 7, 64, 100, 10_000]) {
			let hash = new Sha256();
			for (let at = 0; at < length; at += step) {
				hash.update(whole.subarray(at, at + step));
				// Stopped and taken up again, as after a closed tab.
				if (step === 100) hash = new Sha256(JSON.parse(JSON.stringify(hash.state)));
			}
			expect([length, step, hash.digest()]).toEqual([length, step, sha256(whole)]);
		}
	}
});

test('the kernel in WebAssembly hashes large pieces as the plain code does small ones', () => {
	const large = Uint8Array.from({ length: 300_007 }, (_, i) => (i * 131) ^ (i >> 7));
	for (const step of [255, 256, 1000, 65_537, 300_007]) {
		const hash = new Sha256();
		for (let at = 0; at < large.length; at += step) hash.update(large.subarray(at, at + step));
		expect([step, hash.digest()]).toEqual([step, sha256(large)]);
	}
});

test('a file read whole is checked at its end, with overlaps and in two sittings', async () => {
	const expected = new Map([['file', sha256(bytes)]]);
	const first = hashedSource(memorySource({ file: bytes }), expected);
	await first.bytes('file', 0, 8);
	await first.bytes('file', 8, 5000);
	await first.bytes('file', 4000, 6000);
	const second = hashedSource(memorySource({ file: bytes }), expected, first.states);
	expect(await second.bytes('file', 6000, 10_000)).toHaveLength(4000);
	expect([...second.verified]).toEqual(['file']);
	expect([...first.verified]).toEqual([]);
});

test('one wrong bit anywhere is found', async () => {
	const expected = new Map([['file', sha256(bytes)]]);
	for (const at of [0, 5003, 9999]) {
		const damaged = bytes.slice();
		damaged[at] ^= 16;
		const source = hashedSource(memorySource({ file: damaged }), expected);
		await source.bytes('file', 0, 5000);
		await expect(source.bytes('file', 5000, 10_000)).rejects.toThrow(
			'file of memory came with other bytes than its hash promises'
		);
	}
});

test('a file with a gap in what was read is not said to be checked', async () => {
	const source = hashedSource(memorySource({ file: bytes }), new Map([['file', 'wrong']]));
	await source.bytes('file', 0, 100);
	await source.bytes('file', 200, 10_000);
	expect([...source.verified]).toEqual([]);
});

test('parts are checked wherever bytes are read, and nowhere else', async () => {
	const parts = await hashParts(new Blob([bytes]), { partByteLength: 4096 });
	expect(parts.hashes).toEqual([
		sha256(bytes.subarray(0, 4096)),
		sha256(bytes.subarray(4096, 8192)),
		sha256(bytes.subarray(8192))
	]);
	const damaged = bytes.slice();
	damaged[5000] ^= 1;
	const source = partHashedSource(memorySource({ file: damaged, other: bytes }), 'file', parts);
	expect(await source.bytes('file', 8200, 8300)).toEqual(bytes.slice(8200, 8300));
	expect(await source.bytes('file', 10, 4096)).toEqual(bytes.slice(10, 4096));
	expect(await source.bytes('other', 4990, 5010)).toEqual(bytes.slice(4990, 5010));
	for (const [start, end] of [
		[4097, 4098],
		[0, 4097],
		[8000, 10_000]
	]) {
		await expect(source.bytes('file', start, end)).rejects.toThrow(
			'memory: part 2 of the stored weights is damaged; delete the stored model'
		);
	}
});

import * as asm from '../simd/assembler.js';
import type { Code } from '../simd/assembler.js';

/** Addresses are in bytes. */
export interface Sha256Kernel {
	/** Adds blocks of 64 bytes to the eight words of a hash; `schedule` is 256 bytes to work in. */
	compress(state: number, source: number, blocks: number, schedule: number): void;
}

const { get, set, constant, increase, addInt, loadInt, storeInt, rotateInt } = asm;
const xor = (...values: readonly Code[]): Code => values.reduce((a, b) => asm.xorInt(a, b));
const sum = (...values: readonly Code[]): Code => values.reduce((a, b) => addInt(a, b));
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;

/** The bytes of a WebAssembly module with the kernel, all rounds written out. */
export function assembleSha256(constants: ArrayLike<number>): Uint8Array<ArrayBuffer> {
	const parameters = ['state', 'source', 'blocks', 'schedule'];
	const locals: Record<string, asm.ValueType> = {
		...Object.fromEntries(letters.map((letter) => [letter, 'i32' as const])),
		...{ word: 'i32', sum: 'i32' }
	};
	const l = asm.localIndices(parameters, locals);
	const word = (i: number) => loadInt(get(l.schedule), i * 4);
	/** The words of a block, their bytes the other way round. */
	const swap = Array.from({ length: 16 }, (_, byte) => (byte & ~3) + 3 - (byte & 3));
	const read = (i: number): Code => {
		const bytes = asm.loadVector(get(l.source), i * 16);
		return asm.storeVector(get(l.schedule), asm.shuffle(bytes, bytes, swap), i * 16);
	};
	const extend = (i: number): Code => [
		...set(l.word, word(i - 15)),
		...set(
			l.sum,
			xor(
				rotateInt(get(l.word), constant(7)),
				rotateInt(get(l.word), constant(18)),
				asm.shiftIntRight(get(l.word), constant(3))
			)
		),
		...set(l.word, word(i - 2)),
		...storeInt(
			get(l.schedule),
			sum(
				word(i - 16),
				get(l.sum),
				word(i - 7),
				xor(
					rotateInt(get(l.word), constant(17)),
					rotateInt(get(l.word), constant(19)),
					asm.shiftIntRight(get(l.word), constant(10))
				)
			),
			i * 4
		)
	];
	const round = (i: number): Code => {
		// The words move on by one each round: their names do, not their values.
		const at = (place: number) => l[letters[(place - i + 64) % 8]];
		const [a, b, c, d, e, f, g, h] = letters.map((_, place) => at(place));
		const turned = (local: number, ...bits: readonly number[]) =>
			xor(...bits.map((bit) => rotateInt(get(local), constant(bit))));
		const choice = xor(get(g), asm.andInt(get(e), xor(get(f), get(g))));
		const majority = xor(asm.andInt(get(a), get(b)), asm.andInt(get(c), xor(get(a), get(b))));
		return [
			...set(l.sum, sum(get(h), turned(e, 6, 11, 25), choice, constant(constants[i] | 0), word(i))),
			...increase(d, get(l.sum)),
			...set(h, sum(get(l.sum), turned(a, 2, 13, 22), majority))
		];
	};
	const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
	const body = asm.repeat(
		l.blocks,
		range(0, 4).flatMap(read),
		range(16, 64).flatMap(extend),
		letters.flatMap((letter, i) => set(l[letter], loadInt(get(l.state), i * 4))),
		range(0, 64).flatMap(round),
		letters.flatMap((letter, i) =>
			storeInt(get(l.state), addInt(loadInt(get(l.state), i * 4), get(l[letter])), i * 4)
		),
		increase(l.source, constant(64))
	);
	return asm.assemble([{ name: 'compress', parameters, locals, body }]);
}

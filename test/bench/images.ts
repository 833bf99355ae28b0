import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pillowAxisWeights } from '../../src/lib/images/axisWeights.js';
import { Gemma3ImageProcessor } from '../../src/lib/images/imageProcessing.js';
import { Gemma3ImageProcessorFast } from '../../src/lib/images/imageProcessingFast.js';
import { panAndScanBoxes, type CropBox } from '../../src/lib/images/panAndScan.js';
import { createValueTables, resample } from '../../src/lib/images/resample.js';
import type { RgbImage } from '../../src/lib/images/rgb.js';
import { noise } from '../support/noise.js';

/**
 * Times both image processors against Pillow (Debian's python3-pil and python3-numpy), taking turns
 * in one run: `npx tsx test/bench/images.ts [rounds]`. PYTHON names another interpreter.
 */
const rounds = Number(process.argv[2] ?? 31);
const warmUp = 5;
const side = 896;
const options = { size: { height: side, width: side }, doPanAndScan: true };

const python = spawn(process.env.PYTHON ?? '/usr/bin/python3', [
	fileURLToPath(new URL('pillow.py', import.meta.url))
]);
python.stderr.pipe(process.stderr);
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();

async function nextAnswer(): Promise<Record<string, unknown>> {
	const { value, done } = await answers.next();
	if (done === true) throw new Error('Pillow ended: is python3-pil with python3-numpy installed?');
	return JSON.parse(value) as Record<string, unknown>;
}

function ask(job: object): Promise<Record<string, unknown>> {
	python.stdin.write(`${JSON.stringify(job)}\n`);
	return nextAnswer();
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function timed<T>(run: () => T): [number, T] {
	const start = performance.now();
	const result = run();
	return [performance.now() - start, result];
}

/** The exact path without SIMD, as where WebAssembly is forbidden. */
function processPlainly(image: RgbImage, boxes: readonly CropBox[]): Float32Array {
	const { fround } = Math;
	const tables = createValueTables((value) => fround(fround(fround(value / 255) - 0.5) / 0.5));
	const output = new Float32Array(boxes.length * 3 * side * side);
	boxes.forEach((box, index) => {
		const across = pillowAxisWeights(box.width, side, 2);
		const down = pillowAxisWeights(box.height, side, 2);
		resample(image, box, across, down, tables, output, index * 3 * side * side);
	});
	return output;
}

const versions = await nextAnswer();
console.log(`Pillow ${versions.pillow}, NumPy ${versions.numpy}, Node ${process.version}`);
const folder = mkdtempSync(join(tmpdir(), 'images-bench-'));
try {
	const exact = new Gemma3ImageProcessor(options);
	const fast = new Gemma3ImageProcessorFast(options);
	for (const [width, height] of [
		[2000, 600],
		[1200, 800]
	]) {
		const name = `${width} × ${height}`;
		const image = { width, height, data: noise(width * height * 3, width) };
		const file = join(folder, `${width}.rgb`);
		writeFileSync(file, image.data);
		await ask({ name, width, height, file });
		const boxes = [
			{ x: 0, y: 0, width, height },
			...panAndScanBoxes({ ...exact.options, width, height })
		];
		const job = { name, boxes: boxes.map((b) => [b.x, b.y, b.x + b.width, b.y + b.height]) };
		const times: Record<string, number[]> = { resize: [], all: [], exact: [], fast: [], plain: [] };
		for (let round = -warmUp; round < rounds; round++) {
			const pillow = (await ask(job)) as { resize: number; all: number; sum: number };
			const [exactMs, result] = timed(() => exact.preprocess(image));
			const [fastMs] = timed(() => fast.preprocess(image));
			const [plainMs] = timed(() => processPlainly(image, boxes));
			if (round === -warmUp) {
				const sum = result.pixelValues.data.reduce((total, value) => total + value, 0);
				if (sum !== pillow.sum) throw new Error(`not Pillow's values: ${sum}, ${pillow.sum}`);
			}
			if (round < 0) continue;
			times.resize.push(pillow.resize);
			times.all.push(pillow.all);
			times.exact.push(exactMs);
			times.fast.push(fastMs);
			times.plain.push(plainMs);
		}
		const ms = Object.fromEntries(
			Object.entries(times).map(([key, values]) => [key, median(values)])
		);
		const row = (label: string, value: number) =>
			`  ${label.padEnd(44)}${value.toFixed(1).padStart(8)} ms` +
			`${(value / ms.all).toFixed(2).padStart(8)} ×${(value / ms.resize).toFixed(2).padStart(8)} ×`;
		console.log(
			`\n${name}, ${boxes.length} squares of ${side}, medians of ${rounds}` +
				'; ratios to all of Pillow and to its resize alone'
		);
		console.log(row('Pillow and NumPy, all', ms.all));
		console.log(row('Pillow, crop and resize alone', ms.resize));
		console.log(row('Gemma3ImageProcessor, all (aim 2.50)', ms.exact));
		console.log(row('Gemma3ImageProcessorFast, all (aim 1.00)', ms.fast));
		console.log(row('exact in plain JavaScript, all', ms.plain));
	}
} finally {
	python.stdin.end();
	rmSync(folder, { recursive: true });
}

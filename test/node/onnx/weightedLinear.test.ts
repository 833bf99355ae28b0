import { afterAll, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/lib/onnx/graphBuilder.js';
import { weightedLinear } from '../../../src/lib/onnx/weightedLinear.js';
import { toTensor } from '../../../src/lib/tensor/dequantize.js';
import type { Weight } from '../../../src/lib/tensor/packedMatrix.js';
import { packMatrix } from '../../../src/lib/tensor/quantize.js';
import { createNormal } from '../../../src/lib/tensor/random.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { largestError } from '../../support/largestError.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const runtime = createNodeRuntime();
const normal = createNormal(11);
let largest = 0;
afterAll(() => console.log(`quantised linear: largest error ${largest.toExponential(2)}`));

function draw(...dims: number[]) {
	const count = dims.reduce((a, b) => a * b);
	return createTensor('float32', dims, Float32Array.from({ length: count }, normal));
}

/** What ONNX Runtime makes of it. */
async function run(weight: Weight, x = draw(3, weight.dims[1]), maxWeightBytes?: number) {
	const graph = new GraphBuilder({ maxWeightBytes });
	graph.input('x', 'float32', ['rows', weight.dims[1]]);
	weightedLinear(graph, 'x', 'weight', weight, 'y');
	graph.output('y', 'float32', ['rows', weight.dims[0]]);
	const session = await runtime.createSession(graph.build('linear'));
	const { y } = await session.run({ x: new runtime.ort.Tensor('float32', x.data, x.dims) }, ['y']);
	const data = y.data as Float32Array;
	await session.dispose();
	return { x, data };
}

/** `x · weightᵀ` in float64. */
function multiply(x: Float32Array, weight: Float32Array, columns: number): Float64Array {
	const [rows, outputs] = [x.length / columns, weight.length / columns];
	return Float64Array.from({ length: rows * outputs }, (_, at) => {
		let sum = 0;
		const [row, output] = [Math.floor(at / outputs), at % outputs];
		for (let i = 0; i < columns; i++) {
			sum += x[row * columns + i] * weight[output * columns + i];
		}
		return sum;
	});
}

test.for([
	['q4', 64, false],
	['q4', 64, true],
	['q4', 100, false],
	['q4', 100, true],
	['q4', 33, true],
	['q8', 64, false],
	['q8', 64, true],
	['q8', 100, false],
	['q8', 97, true],
	['fp16', 100, false]
] as const)('ONNX Runtime reads a %s matrix of %i columns, zero points: %s', async (one) => {
	const [dtype, columns, zeroPoints] = one;
	const packed = packMatrix(draw(24, columns), dtype, { zeroPoints });
	const { x, data } = await run(packed);
	const error = largestError(data, multiply(x.data, toTensor(packed).data, columns));
	largest = Math.max(largest, error);
	expect(error).toBeLessThan(2e-6);
});

test('a matrix that is too large for one piece gives the same product in parts', async () => {
	const x = draw(3, 100);
	for (const [dtype, zeroPoints] of [
		['fp32', false],
		['fp16', false],
		['q8', false],
		['q8', true],
		['q4', true]
	] as const) {
		const values = draw(50, 100);
		const weight = dtype === 'fp32' ? values : packMatrix(values, dtype, { zeroPoints });
		const whole = await run(weight, x);
		for (const maxWeightBytes of [1, 700, 5000]) {
			const parts = await run(weight, x, maxWeightBytes);
			const error = largestError(parts.data, whole.data);
			expect(error, `${dtype} in pieces of ${maxWeightBytes}`).toBeLessThan(1e-6);
		}
	}
});

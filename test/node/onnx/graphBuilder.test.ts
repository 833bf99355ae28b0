import { onnx } from 'onnx-proto';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/lib/onnx/graphBuilder.js';
import { ProtobufWriter } from '../../../src/lib/onnx/protobuf.js';

function decode(graph: GraphBuilder) {
	return onnx.ModelProto.decode(graph.build('test').model).graph!;
}

test('a graph reads back as it was written', () => {
	const graph = new GraphBuilder();
	const x = graph.input('x', 'float32', ['batch', 4]);
	const weight = graph.weight('w', [4, 2], new Float32Array(8).fill(0.5));
	const product = graph.node('MatMul', [x, weight]);
	const attributes = { perm: [1, 0], alpha: { float: 0.25 }, mode: 'fast', axis: -1 };
	graph.node('Odd', [product, graph.float32(2), graph.int64([-1, 3])], {
		attributes,
		domain: 'com.microsoft',
		name: 'y'
	});
	graph.output('y', 'float32', ['batch', 2]);

	const read = decode(graph);
	expect(read.input!.map(({ name }) => name)).toEqual(['x']);
	const dims = read.input![0].type!.tensorType!.shape!.dim!;
	expect(dims[0].dimParam).toBe('batch');
	expect(Number(dims[1].dimValue)).toBe(4);
	expect(read.node!.map(({ opType }) => opType)).toEqual(['MatMul', 'Odd']);
	expect(read.node![1].domain).toBe('com.microsoft');
	expect(read.node![1].input![0]).toBe(read.node![0].output![0]);
	const byName = Object.fromEntries(read.node![1].attribute!.map((one) => [one.name, one]));
	expect(byName.perm.ints!.map(Number)).toEqual([1, 0]);
	expect(byName.alpha.f).toBe(0.25);
	expect(Buffer.from(byName.mode.s!).toString()).toBe('fast');
	expect(Number(byName.axis.i)).toBe(-1);
	const shape = read.initializer!.find(({ name }) => name === read.node![1].input![2])!;
	expect([...new BigInt64Array(shape.rawData!.slice().buffer)]).toEqual([-1n, 3n]);
});

test('weights lie beside the graph and are not copied', () => {
	const graph = new GraphBuilder();
	const data = new Float32Array([1, 2, 3]);
	graph.weight('w', [3], data);
	const { model, externalData } = graph.build('test');
	expect(externalData).toEqual([{ path: 'w', data: new Uint8Array(data.buffer) }]);
	expect(externalData[0].data.buffer).toBe(data.buffer);
	const [weight] = onnx.ModelProto.decode(model).graph!.initializer!;
	expect(weight.dataLocation).toBe(onnx.TensorProto.DataLocation.EXTERNAL);
	const entries = Object.fromEntries(weight.externalData!.map(({ key, value }) => [key, value]));
	expect(entries).toEqual({ location: 'w', offset: '0', length: '12' });
});

test('a weight that does not fit its shape, or a second one of its name, is refused', () => {
	const graph = new GraphBuilder();
	expect(() => graph.weight('w', [2, 2], new Float32Array(3))).toThrow('w: [2, 2] does not fit');
	graph.weight('v', [1], new Float32Array(1));
	expect(() => graph.weight('v', [1], new Float32Array(1))).toThrow('two weights are called v');
});

test('varints of any size and sign are written as Protocol Buffers has them', () => {
	const bytes = (value: number | bigint) => [...new ProtobufWriter().varint(1, value).finish()];
	expect(bytes(0)).toEqual([8, 0]);
	expect(bytes(127)).toEqual([8, 127]);
	expect(bytes(128)).toEqual([8, 128, 1]);
	expect(bytes(300)).toEqual([8, 172, 2]);
	expect(bytes(-1)).toEqual([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
	expect(bytes(2 ** 40)).toEqual([8, 128, 128, 128, 128, 128, 32]);
});

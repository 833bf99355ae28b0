import { elementCount } from '../tensor/tensor.js';
import { ProtobufWriter } from './protobuf.js';

/** Element types by their number in ONNX's TensorProto.DataType. */
const DATA_TYPE = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof DATA_TYPE;

/** A size, or the name of one that a run decides. */
export type OnnxDim = number | string;
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** A model whose weights lie beside it, as `InferenceSession.create` takes them. */
export interface OnnxModel {
	readonly model: Uint8Array;
	readonly externalData: readonly { path: string; data: Uint8Array }[];
	/** Weights that are inputs of the graph, so that several graphs can share them. */
	readonly weightInputs: readonly WeightInput[];
}

export type WeightData = Float32Array | Uint8Array;

export interface WeightInput {
	readonly name: string;
	readonly type: 'float32' | 'uint8';
	readonly dims: readonly number[];
	/** Called only for a weight that is not held yet. */
	readonly data: () => WeightData;
}

export interface GraphOptions {
	/** Makes weights inputs instead of parts of the model. */
	readonly weightInputs?: boolean;
	/** Most bytes of one weight: a larger matrix is multiplied in parts. No limit when absent. */
	readonly maxWeightBytes?: number;
	/** The file that all weights lie in, one behind the other; by default each has one of its name. */
	readonly dataFile?: string;
}

interface Value {
	name: string;
	type: OnnxType;
	dims: readonly OnnxDim[];
}

interface Node {
	opType: string;
	inputs: readonly string[];
	outputs: readonly string[];
	attributes: Readonly<Record<string, OnnxAttribute>>;
	domain: string;
}

interface Initializer extends Value {
	dims: readonly number[];
	data: Uint8Array;
	external: boolean;
}

export interface NodeOptions {
	attributes?: Readonly<Record<string, OnnxAttribute>>;
	/** `com.microsoft` for ONNX Runtime's own operators. */
	domain?: string;
	/** Name of the first output; a fresh one when absent. */
	name?: string;
	/** Names of the outputs behind the first one; empty for one that is not wanted. */
	more?: readonly string[];
}

/** Collects an ONNX graph in execution order and writes it. Knows nothing of any model. */
export class GraphBuilder {
	readonly #inputs: Value[] = [];
	readonly #outputs: Value[] = [];
	readonly #nodes: Node[] = [];
	readonly #initializers = new Map<string, Initializer>();
	readonly #weightInputs = new Map<string, WeightInput>();
	#fresh = 0;

	constructor(readonly options: GraphOptions = {}) {}

	input(name: string, type: OnnxType, dims: readonly OnnxDim[]): string {
		this.#inputs.push({ name, type, dims });
		return name;
	}

	output(name: string, type: OnnxType, dims: readonly OnnxDim[]): void {
		this.#outputs.push({ name, type, dims });
	}

	/**
	 * A weight under its own name, kept outside the protobuf and not copied, or an input of the graph.
	 *
	 * @param data a function is called only where the values are needed
	 */
	weight(
		name: string,
		dims: readonly number[],
		data: WeightData | (() => WeightData),
		type: WeightInput['type'] = data instanceof Uint8Array ? 'uint8' : 'float32'
	): string {
		const read = typeof data === 'function' ? data : () => data;
		if (this.options.weightInputs) {
			if (this.#weightInputs.has(name)) throw new Error(`two weights are called ${name}`);
			this.#weightInputs.set(name, { name, type, dims, data: read });
			return this.input(name, type, dims);
		}
		const values = read();
		const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
		return this.#initializer({ name, type, dims, data: bytes, external: true });
	}

	/** A small int64 constant, shared by equal content. `[]` as dims makes a scalar. */
	int64(values: readonly number[], dims: readonly number[] = [values.length]): string {
		const name = `int64[${dims}]:${values}`;
		const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
		return this.#initializer({ name, type: 'int64', dims, data, external: false });
	}

	/** A float32 scalar, shared by equal value. */
	float32(value: number): string {
		const data = new Uint8Array(Float32Array.of(value).buffer);
		const name = `float32:${value}`;
		return this.#initializer({ name, type: 'float32', dims: [], data, external: false });
	}

	/** Adds a node and returns the name of its first output. */
	node(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
		const { attributes = {}, domain = '', more = [] } = options;
		const { name = `${opType}.${this.#fresh++}` } = options;
		this.#nodes.push({ opType, inputs, outputs: [name, ...more], attributes, domain });
		return name;
	}

	/** @throws Error if two initializers differ under one name */
	#initializer(initializer: Initializer): string {
		const { name, dims, data, type } = initializer;
		const known = this.#initializers.get(name);
		if (known !== undefined && known.data !== data && known.external) {
			throw new Error(`two weights are called ${name}`);
		}
		if (type === 'float32' && data.byteLength !== elementCount(dims) * 4) {
			throw new Error(`${name}: [${dims.join(', ')}] does not fit ${data.byteLength} bytes`);
		}
		this.#initializers.set(name, initializer);
		return name;
	}

	/** The finished model; IR version 10, opset 20 beside ONNX Runtime's own operators. */
	build(graphName: string): OnnxModel {
		const writer = new ProtobufWriter()
			.varint(1, 10)
			.string(2, 'gemma-loupe')
			.message(7, (graph) => {
				for (const node of this.#nodes) graph.message(1, (message) => writeNode(message, node));
				graph.string(2, graphName);
				const { dataFile } = this.options;
				let end = 0;
				for (const initializer of this.#initializers.values()) {
					const offset = dataFile === undefined ? 0 : end;
					const place = { location: dataFile ?? initializer.name, offset: String(offset) };
					if (initializer.external) end += initializer.data.byteLength;
					graph.message(5, (message) => writeInitializer(message, initializer, place));
				}
				for (const value of this.#inputs)
					graph.message(11, (message) => writeValue(message, value));
				for (const value of this.#outputs)
					graph.message(12, (message) => writeValue(message, value));
			})
			.message(8, (opset) => opset.string(1, '').varint(2, 20))
			.message(8, (opset) => opset.string(1, 'com.microsoft').varint(2, 1));
		const external = [...this.#initializers.values()].filter((one) => one.external);
		return {
			model: writer.finish(),
			externalData: external.map(({ name, data }) => ({ path: name, data })),
			weightInputs: [...this.#weightInputs.values()]
		};
	}
}

function writeValue(writer: ProtobufWriter, { name, type, dims }: Value) {
	writer.string(1, name).message(2, (typeProto) =>
		typeProto.message(1, (tensorType) =>
			tensorType.varint(1, DATA_TYPE[type]).message(2, (shape) => {
				for (const dim of dims) {
					shape.message(1, (message) =>
						typeof dim === 'number' ? message.varint(1, dim) : message.string(2, dim)
					);
				}
			})
		)
	);
}

function writeNode(writer: ProtobufWriter, node: Node) {
	for (const input of node.inputs) writer.string(1, input);
	for (const output of node.outputs) writer.string(2, output);
	writer.string(3, node.outputs[0]).string(4, node.opType);
	for (const [name, value] of Object.entries(node.attributes)) {
		writer.message(5, (message) => writeAttribute(message.string(1, name), value));
	}
	writer.string(7, node.domain);
}

function writeAttribute(writer: ProtobufWriter, value: OnnxAttribute) {
	if (typeof value === 'number') writer.varint(3, value).varint(20, 2);
	else if (typeof value === 'string') writer.string(4, value).varint(20, 3);
	else if ('float' in value) writer.float(2, value.float).varint(20, 1);
	else {
		for (const one of value) writer.varint(8, one);
		writer.varint(20, 7);
	}
}

function writeInitializer(
	writer: ProtobufWriter,
	initializer: Initializer,
	place: { location: string; offset: string }
) {
	const { name, type, dims, data, external } = initializer;
	for (const size of dims) writer.varint(1, size);
	writer.varint(2, DATA_TYPE[type]).string(8, name);
	if (!external) {
		writer.bytes(9, data);
		return;
	}
	const entries = { ...place, length: String(data.byteLength) };
	for (const [key, value] of Object.entries(entries)) {
		writer.message(13, (entry) => entry.string(1, key).string(2, value));
	}
	writer.varint(14, 1);
}

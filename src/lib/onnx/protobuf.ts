const textEncoder = new TextEncoder();

/** Writes Protocol Buffers wire format: fields in the order of the calls, sizes known afterwards. */
export class ProtobufWriter {
	#buffer = new Uint8Array(256);
	#length = 0;

	varint(field: number, value: number | bigint): this {
		this.#tag(field, 0);
		this.#varint(BigInt(value));
		return this;
	}

	float(field: number, value: number): this {
		this.#tag(field, 5);
		this.#reserve(4);
		new DataView(this.#buffer.buffer).setFloat32(this.#length, value, true);
		this.#length += 4;
		return this;
	}

	bytes(field: number, value: Uint8Array): this {
		this.#tag(field, 2);
		this.#varint(BigInt(value.length));
		this.#reserve(value.length);
		this.#buffer.set(value, this.#length);
		this.#length += value.length;
		return this;
	}

	string(field: number, value: string): this {
		return this.bytes(field, textEncoder.encode(value));
	}

	message(field: number, write: (writer: ProtobufWriter) => void): this {
		const writer = new ProtobufWriter();
		write(writer);
		return this.bytes(field, writer.finish());
	}

	/** The bytes written so far; a view that the next write may leave behind. */
	finish(): Uint8Array {
		return this.#buffer.subarray(0, this.#length);
	}

	#tag(field: number, wireType: number) {
		this.#varint(BigInt(field * 8 + wireType));
	}

	#varint(value: bigint) {
		this.#reserve(10);
		// Negative numbers are written as their 64-bit two's complement.
		let rest = BigInt.asUintN(64, value);
		while (rest > 127n) {
			this.#buffer[this.#length++] = Number(rest & 127n) | 128;
			rest >>= 7n;
		}
		this.#buffer[this.#length++] = Number(rest);
	}

	#reserve(count: number) {
		if (this.#length + count <= this.#buffer.length) return;
		const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count));
		larger.set(this.#buffer.subarray(0, this.#length));
		this.#buffer = larger;
	}
}

const pageBytes = 65536;

/** Kernels that were assembled, and the memory that they work in. */
export interface KernelInstance<Kernels> {
	readonly kernels: Kernels;
	readonly memory: WebAssembly.Memory;
}

/** A module of ours, ready to be called; null where WebAssembly lacks SIMD or is forbidden. */
export function maybeInstance<Kernels>(
	module: Uint8Array<ArrayBuffer>
): KernelInstance<Kernels> | null {
	if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(module)) return null;
	const memory = new WebAssembly.Memory({ initial: 1 });
	try {
		const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), {
			env: { memory }
		});
		return { kernels: exports as unknown as Kernels, memory };
	} catch (error) {
		// A content security policy without wasm-unsafe-eval.
		if (error instanceof WebAssembly.CompileError) return null;
		throw error;
	}
}

/** Makes a memory at least so large; its buffer is another one then. */
export function growTo(memory: WebAssembly.Memory, byteLength: number): void {
	const missing = Math.ceil((byteLength - memory.buffer.byteLength) / pageBytes);
	if (missing > 0) memory.grow(missing);
}

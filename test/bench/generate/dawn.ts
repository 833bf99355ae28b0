import { openAsBlob } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Makes Node look like the page that both engines expect: WebGPU by Dawn, and files by `fetch`. To
 * be called before either engine is imported.
 *
 * @param dawn the file `dawn.node`
 */
export function becomePage(dawn: string): void {
	const { create, globals } = createRequire(import.meta.url)(dawn) as {
		create(options: readonly string[]): GPU;
		globals: object;
	};
	Object.assign(globalThis, globals);
	const navigator = { gpu: create([]), hardwareConcurrency: 1, userAgent: 'Node' };
	Object.defineProperty(globalThis, 'navigator', { value: navigator });
	// Else transformers.js takes the engine of Node.
	Object.defineProperty(process, 'release', { value: { name: 'page' } });
	copySharedWrites();
	const { fetch } = globalThis;
	globalThis.fetch = (target, options) => {
		const address = target instanceof Request ? target.url : String(target);
		const isFile = address.startsWith('/') || address.startsWith('file:');
		return isFile ? fetchFile(address) : fetch(target, options);
	};
}

async function fetchFile(address: string): Promise<Response> {
	const path = address.startsWith('file:') ? fileURLToPath(address) : address;
	try {
		const blob = await openAsBlob(path);
		return new Response(blob, { headers: { 'Content-Length': String(blob.size) } });
	} catch {
		return new Response(null, { status: 404 });
	}
}

/** Dawn's binding refuses views of memory that threads share, which is all of WebAssembly's here. */
function copySharedWrites(): void {
	const { prototype } = GPUQueue;
	const { writeBuffer } = prototype;
	prototype.writeBuffer = function (buffer, offset, data, ...range) {
		const isShared = ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer;
		const source = isShared ? (data as Uint8Array).slice() : data;
		return writeBuffer.call(this, buffer, offset, source as Uint8Array<ArrayBuffer>, ...range);
	};
}

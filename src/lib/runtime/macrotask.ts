/**
 * Lets everything that waits in the event loop run once, an abort among it. A timer would do, but
 * browsers stretch repeated ones to 4 ms.
 */
export function macrotask(): Promise<void> {
	const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
	if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(() => resolve()));
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(null);
	});
}

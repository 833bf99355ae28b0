import { transferHandlers, type TransferHandler } from 'comlink';

interface WireSignal {
	readonly aborted: boolean;
	readonly port: MessagePort;
}

/**
 * Lets an `AbortSignal` cross a worker boundary as a direct argument. A signal itself cannot be
 * cloned; one message over a port says that it was aborted. Both sides import this module.
 */
export const abortSignalHandler: TransferHandler<AbortSignal, WireSignal> = {
	canHandle: (value): value is AbortSignal => value instanceof AbortSignal,
	serialize: (signal) => {
		const { port1, port2 } = new MessageChannel();
		const abort = () => {
			port1.postMessage('abort');
			port1.close();
		};
		signal.addEventListener('abort', abort, { once: true });
		return [{ aborted: signal.aborted, port: port2 }, [port2]];
	},
	deserialize: ({ aborted, port }) => {
		const controller = new AbortController();
		if (aborted) {
			controller.abort();
			port.close();
			return controller.signal;
		}
		port.onmessage = () => {
			controller.abort();
			port.close();
		};
		return controller.signal;
	}
};

transferHandlers.set('AbortSignal', abortSignalHandler);

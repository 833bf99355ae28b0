import { expect, test } from 'vitest';
import { expose, wrap } from 'comlink';
import { abortSignalHandler } from '../../../src/lib/rpc/abortSignal.js';

/** The same signal after a trip to the other side. */
function send(signal: AbortSignal): AbortSignal {
	const [wire] = abortSignalHandler.serialize(signal);
	return abortSignalHandler.deserialize(wire);
}

test('an abort arrives on the other side', async () => {
	const controller = new AbortController();
	const remote = send(controller.signal);
	expect(remote.aborted).toBe(false);
	const arrived = new Promise((resolve) => remote.addEventListener('abort', resolve));
	controller.abort();
	await arrived;
	expect(() => remote.throwIfAborted()).toThrow(expect.objectContaining({ name: 'AbortError' }));
});

test('a signal aborted before the trip arrives aborted', () => {
	expect(send(AbortSignal.abort()).aborted).toBe(true);
});

test('a call over Comlink stops when its signal is aborted', async () => {
	const { port1, port2 } = new MessageChannel();
	const service = {
		async count(signal?: AbortSignal): Promise<number> {
			for (let i = 0; ; i++) {
				await new Promise((resolve) => setTimeout(resolve));
				signal?.throwIfAborted();
			}
		}
	};
	expose(service, port1);
	const controller = new AbortController();
	const counting = wrap<typeof service>(port2).count(controller.signal);
	setTimeout(() => controller.abort(), 5);
	await expect(counting).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
	port1.close();
	port2.close();
});

import { macrotask } from '../runtime/macrotask.js';
import type { GenerateInput } from './generationOptions.js';
import { GenerationSession, type GenerateStep, type GenerativeModel } from './generationSession.js';
import type { TokenReading } from './tokenReading.js';

/** A step of a running generation, whose newest token can be looked into. */
export interface GeneratedStep extends GenerateStep {
	/**
	 * Attention rows and hidden states of this step's token, `position` its own. Valid until the
	 * next step is asked for, which is no slower for it.
	 */
	read(): Promise<TokenReading>;
}

/**
 * Generation, a step at a time; the consumer stops by leaving the loop. Ends when every row has
 * ended, or the context is full. An error or an abort ends the loop; the steps that came stay valid.
 * Ports GenerationMixin.generate (transformers).
 *
 * @throws RangeError or TypeError if an input or a setting does not fit, DeviceLostError, or
 * AbortError between two steps
 */
export async function* generate(
	model: GenerativeModel,
	input: GenerateInput
): AsyncGenerator<GeneratedStep, void, void> {
	const { signal } = input;
	signal?.throwIfAborted();
	const session = await GenerationSession.create(model, input);
	try {
		if (session.check().every((stop) => stop !== null)) return;
		for (;;) {
			const step = await session.step(signal);
			yield { ...step, read: () => session.read(signal) };
			if (session.stops.every((stop) => stop !== null)) return;
			// Lets an abort that waits in the event loop arrive.
			await macrotask();
			signal?.throwIfAborted();
		}
	} finally {
		session.dispose();
	}
}

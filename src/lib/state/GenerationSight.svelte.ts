import type { GenerationDriver, SeenByToken } from './GenerationDriver.svelte.js';
import type { JobOutcome } from './JobQueue.svelte.js';

/** What looking needs of a generation. */
interface Looker {
	readonly key: string | null;
	readonly activity: 'none' | 'working' | 'playing';
	/** Brings the worker to where the reader is. */
	goThere(): Promise<JobOutcome>;
	onError(error: unknown): void;
}

/** What the newest token saw: one question at a time, of which the latest counts. */
export class GenerationSight {
	#seen = $state.raw<SeenByToken | null>(null);
	#wanted: readonly number[] | null = null;
	#isLooking = false;
	readonly #driver: GenerationDriver;
	readonly #looker: Looker;

	constructor(driver: GenerationDriver, looker: Looker) {
		this.#driver = driver;
		this.#looker = looker;
	}

	/** Of an earlier token while the answer is on its way. */
	get seen(): SeenByToken | null {
		return this.#seen;
	}

	/** Asks what the newest token saw in some layers. */
	look = async (layers: readonly number[]): Promise<void> => {
		const looker = this.#looker;
		this.#wanted = layers;
		if (this.#isLooking) return;
		this.#isLooking = true;
		try {
			while (this.#wanted) {
				const wanted: readonly number[] = this.#wanted;
				this.#wanted = null;
				// What plays is read as it goes by.
				const isThere = looker.activity === 'playing' || (await looker.goThere());
				if (isThere === 'stopped') this.#wanted ??= wanted;
				else if (isThere === 'done' || isThere === true) {
					this.#seen = (await this.#driver.read(looker.key!, wanted)) ?? this.#seen;
				}
			}
		} catch (error) {
			looker.onError(error);
		} finally {
			this.#isLooking = false;
		}
	};
}

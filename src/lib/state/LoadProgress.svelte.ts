import type { LoadPhase, Progress } from '../rpc/modelServices.js';
import { addSample, transferRate, type Sample } from '../views/transferRate.js';

/** The steps of a load, as the reader sees them. */
export type LoadStep = 'connect' | 'download' | 'convert' | 'upload' | 'compile';
export const loadSteps: readonly LoadStep[] = [
	'connect',
	'download',
	'convert',
	'upload',
	'compile'
];

export interface StepProgress {
	readonly loaded: number;
	readonly total: number;
	/** Units a second; null while too little is known. */
	readonly rate: number | null;
	/** What it is doing at this moment, where that is not what its name says. */
	readonly note: string | null;
}

/** The step that a phase belongs to, and what to say of it. */
const stepOf: Readonly<Record<LoadPhase, readonly [LoadStep, string | null]>> = {
	device: ['connect', 'Testing the device.'],
	connect: ['connect', null],
	wait: ['connect', 'Waiting for another tab that has the model.'],
	download: ['download', null],
	convert: ['convert', null],
	check: ['convert', 'Checking what was written.'],
	upload: ['upload', null],
	compile: ['compile', null]
};

/** Gathers what a load reports: how far each step is, and how fast it goes. */
export class LoadProgress {
	#steps = $state.raw<Partial<Readonly<Record<LoadStep, StepProgress>>>>({});
	#latest = $state.raw<Progress>({ phase: 'connect', loaded: 0, total: 0 });
	readonly #samples: Partial<Record<LoadPhase, Sample[]>> = {};

	/** By step; one that has not begun is missing. */
	get steps(): Partial<Readonly<Record<LoadStep, StepProgress>>> {
		return this.#steps;
	}

	get latest(): Progress {
		return this.#latest;
	}

	report(progress: Progress, now = performance.now()): void {
		const { phase, loaded, total } = progress;
		const [step, note] = stepOf[phase];
		const samples = addSample(this.#samples[phase] ?? [], { at: now, loaded });
		this.#samples[phase] = samples;
		const rate = transferRate(samples);
		this.#latest = progress;
		const entry = { loaded, total, rate, note: progress.note ?? note };
		this.#steps = { ...this.#steps, [step]: entry };
	}

	/** Whether a step is over: it is complete, or a later one has begun that comes only after it. */
	isDone(step: LoadStep): boolean {
		const place = loadSteps.indexOf(step);
		const later = loadSteps.slice(place + 1).some((other) => this.#steps[other]);
		if (step === 'download' || step === 'convert') {
			const { loaded = 0, total = 0 } = this.#steps[step] ?? {};
			return this.#steps.upload !== undefined || (total > 0 && loaded === total);
		}
		return later;
	}
}

import { untrack } from 'svelte';
import type { PanAndScanSettings, PictureFile, PromptPreview } from '../rpc/services.js';
import { isAbort, type Failure } from './failure.js';
import { Latest } from './Latest.svelte.js';
import type { ModelState } from './ModelState.svelte.js';
import {
	addPictures,
	movePicture,
	pictureMark,
	removePicture,
	type PromptDraft
} from './prompt.js';
import type { RunState } from './RunState.svelte.js';

/** A file that no picture could be read from. */
export interface RefusedPicture {
	readonly id: number;
	readonly name: string;
	readonly failure: Failure;
}

/** A file that is about to be read. */
interface WaitingPicture extends PictureFile {
	readonly id: number;
	/** Where its mark goes in plain text. */
	readonly caret: number | undefined;
}

interface PromptView extends PromptPreview {
	readonly promptKey: string;
}

/** Wait after the last change before the prompt is previewed. */
const pauseMs = 120;

/**
 * The pictures of the prompt: read and checked in the worker before they are added, and previewed as
 * the model will see them. Create it while a component initialises.
 */
export class PromptPictures {
	#waiting = $state.raw<readonly WaitingPicture[]>([]);
	#refused = $state.raw<readonly RefusedPicture[]>([]);
	#isReading = false;
	#lastId = 0;
	readonly #preview = new Latest<PromptView>();
	readonly #run: RunState;
	readonly #model: ModelState;

	constructor(run: RunState, model: ModelState) {
		this.#run = run;
		this.#model = model;
		$effect(() => {
			if (model.service && this.#waiting.length > 0) untrack(() => void this.#readAll());
		});
		$effect(() => {
			const { service } = model;
			const { request, promptKey } = run;
			if (!service || !request.pictures) return this.#preview.cancel();
			const timer = setTimeout(() => {
				void this.#preview.ask(async (signal) => {
					const preview = await service.preview(request, signal);
					return { ...preview, promptKey };
				});
			}, pauseMs);
			return () => clearTimeout(timer);
		});
	}

	/** Names of files that are being read, or wait for the model. */
	get reading(): readonly string[] {
		return this.#waiting.map(({ name }) => name);
	}

	get refused(): readonly RefusedPicture[] {
		return this.#refused;
	}

	/** What the prompt becomes; of an older prompt while the new one is on its way. */
	get preview(): PromptView | null {
		return this.#preview.value;
	}

	get previewFailure(): Failure | null {
		return this.#preview.failure;
	}

	/** The preview is of another prompt than the one in the editor. */
	get isPreviewStale(): boolean {
		return this.preview?.promptKey !== this.#run.promptKey;
	}

	/** Reads files and adds the pictures in them to the prompt, in order. */
	add(files: readonly PictureFile[], caret?: number): void {
		const waiting = files.map(({ name, blob }) => ({ id: ++this.#lastId, name, blob, caret }));
		this.#waiting = [...this.#waiting, ...waiting];
	}

	/** Says of something that holds no file why it cannot be added. */
	refuse(name: string, message: string, remedy = ''): void {
		const failure = { message, remedy };
		this.#refused = [...this.#refused, { id: ++this.#lastId, name, failure }];
	}

	dismiss(id: number): void {
		this.#refused = this.#refused.filter((refused) => refused.id !== id);
	}

	remove(id: number): void {
		this.#edit(removePicture(this.#run.draft, id));
	}

	move(id: number, step: -1 | 1): void {
		this.#edit(movePicture(this.#run.draft, id, step));
	}

	/** Changes settings of pan and scan; the rest stays as it is. */
	set(settings: PanAndScanSettings): void {
		const { draft } = this.#run;
		this.#edit({ ...draft, panAndScan: { ...draft.panAndScan, ...settings } });
	}

	/** Pan and scan as the checkpoint sets it up. */
	resetSettings(): void {
		this.#edit({ ...this.#run.draft, panAndScan: {} });
	}

	#edit(draft: PromptDraft): void {
		this.#run.edit(draft);
		this.#run.schedule();
	}

	async #readAll(): Promise<void> {
		if (this.#isReading) return;
		this.#isReading = true;
		try {
			while (this.#waiting.length > 0 && this.#model.service) {
				const [file] = this.#waiting;
				await this.#read(file);
				this.#waiting = this.#waiting.filter(({ id }) => id !== file.id);
			}
		} finally {
			this.#isReading = false;
		}
	}

	async #read({ id, name, blob, caret }: WaitingPicture): Promise<void> {
		const { service, info } = this.#model;
		if (!service) return;
		if (info?.config.visionConfig === null) {
			const message = `${info.name} reads text only: it has no vision tower.`;
			return this.refuse(name, message, 'Load a model with one to add pictures.');
		}
		try {
			const preview = await service.preview({
				prompt: { kind: 'plain', text: pictureMark },
				pictures: [{ name, blob }],
				panAndScan: { doPanAndScan: false }
			});
			const [{ width, height }] = preview.pictures;
			const notices = preview.notices.map((notice) => withoutName(notice, name));
			const picture = { id, name, blob, width, height, notices };
			this.#edit(addPictures(this.#run.draft, [picture], caret));
		} catch (error) {
			if (isAbort(error)) return;
			const message = error instanceof Error ? error.message : String(error);
			this.refuse(name, withoutName(message, name));
		}
	}
}

/** The worker puts the file's name before its sentences; beside the name it would stand twice. */
function withoutName(sentence: string, name: string): string {
	return sentence.startsWith(`${name}: `) ? sentence.slice(name.length + 2) : sentence;
}

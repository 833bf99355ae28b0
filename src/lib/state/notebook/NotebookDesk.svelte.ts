import type { Gemma3Config } from '../../gemma3/configuration.js';
import type { PanAndScanSettings } from '../../rpc/services.js';
import { LiveTrace } from '../../trace/liveTrace.js';
import { Latest } from '../Latest.svelte.js';
import type { ModelState } from '../ModelState.svelte.js';
import { CellResults } from './CellResults.svelte.js';
import { CellSelection } from './CellSelection.svelte.js';
import { importedOrigin } from './NotebookLibrary.svelte.js';
import { PictureUrls } from './PictureUrls.js';
import { NotebookModel } from './NotebookModel.svelte.js';
import { NotebookRunner } from './NotebookRunner.svelte.js';
import type { NotebookState } from './NotebookState.svelte.js';

type PanAndScanChoice = Required<PanAndScanSettings>;

/**
 * An open notebook with its results, its runs and what is selected. Create it while a component
 * initialises.
 */
export class NotebookDesk {
	readonly notebook: NotebookState;
	readonly results: CellResults;
	readonly runner: NotebookRunner;
	readonly selection: CellSelection;
	readonly model: NotebookModel;
	readonly pictureUrls = new PictureUrls();
	readonly #modelState: ModelState;
	readonly #panAndScan = new Latest<PanAndScanChoice>();

	/** Apart from what it is made of, so that a letter that is typed wakes no picture. */
	#config = $state.raw<Gemma3Config | null>(null);
	readonly #ownConfig = $derived.by<Gemma3Config | null>(() => {
		const { document } = this.notebook;
		if (this.model.isReady(document.model)) return this.#modelState.info!.config;
		for (const cell of document.cells) {
			const recorded = cell.recording && this.results.recording(cell)?.model;
			if (recorded && recorded.name === document.model) return recorded.config;
		}
		return null;
	});

	constructor(notebook: NotebookState, model: ModelState) {
		this.notebook = notebook;
		this.#modelState = model;
		this.results = new CellResults(notebook);
		this.model = new NotebookModel(model);
		this.runner = new NotebookRunner(notebook, this.results, model, this.model);
		this.selection = new CellSelection(notebook);
		// What came from elsewhere starts nothing by being opened.
		if (notebook.origin !== importedOrigin) this.model.prepare(notebook.document.model);
		$effect(() => {
			const { service, info } = model;
			if (service && info) this.results.settle(service, info);
		});
		$effect.pre(() => this.results.share());
		$effect.pre(() => {
			this.#config = this.#ownConfig;
		});
		$effect(() => this.#askPanAndScan());
	}

	/** Of the model that the notebook is about: the loaded one, or that of a recording. */
	get config(): Gemma3Config | null {
		return this.#config;
	}

	/** How the checkpoint's image processor cuts; null where nobody has asked it. */
	get panAndScan(): PanAndScanChoice | null {
		return this.#panAndScan.value;
	}

	/** Lets go of the model's runs and of the document, once it is saved. */
	async close(): Promise<void> {
		this.runner.stop();
		this.results.clear();
		this.pictureUrls.revoke();
		await this.notebook.close();
	}

	/** The processor is asked with the first picture that was run. */
	#askPanAndScan(): void {
		const { service } = this.#modelState;
		if (!service || this.#panAndScan.value) return;
		for (const { id } of this.notebook.cells) {
			const trace = this.results.live(id)?.trace;
			if (!(trace instanceof LiveTrace) || trace.files.length === 0) continue;
			const [picture] = trace.files;
			void this.#panAndScan.ask(async (signal) => {
				const prompt = { kind: 'plain', text: '<start_of_image>' } as const;
				return (await service.preview({ prompt, pictures: [picture] }, signal)).panAndScan;
			});
			return;
		}
	}
}

import type {
	HubModel,
	KeptModel,
	LoadRequest,
	MachineInfo,
	ModelOutline,
	PickedFile
} from '../rpc/modelServices.js';
import type { WeightDtype } from '../tensor/packedMatrix.js';
import type { Device } from '../trace/trace.js';
import { requestPersistence } from '../storage/quota.js';
import { maybeKnownModel } from '../views/knownModels.js';
import { contextLengths, fitSheet, type FitSheet } from '../views/modelFit.js';
import { embeddedModel } from './embeddedModel.js';
import { isAbort, toFailure, type Failure } from './failure.js';
import type { ModelState } from './ModelState.svelte.js';

export type ModelPlace = 'embedded' | 'hub' | 'folder';

/**
 * What the reader is choosing in the model dialog. The access token lives here and in the request
 * that is made of it, and nowhere else.
 */
export class ModelChoice {
	place = $state<ModelPlace>('hub');
	repository = $state('google/gemma-3-270m-it');
	revision = $state('');
	token = $state('');
	endpoint = $state('');
	dtype = $state<WeightDtype>('q8');
	device = $state<Device | 'auto'>('auto');
	keep = $state(true);
	#contextLength = $state(4096);
	#isOpen = $state(false);
	#files = $state.raw<readonly PickedFile[]>([]);
	#machine = $state.raw<MachineInfo | null>(null);
	#kept = $state.raw<readonly KeptModel[]>([]);
	#lookedUp = $state.raw<{ readonly key: unknown; readonly outline: ModelOutline } | null>(null);
	#failure = $state.raw<Failure | null>(null);
	#isLooking = $state(false);
	readonly #model: ModelState;

	constructor(model: ModelState) {
		this.#model = model;
	}

	readonly #hub = $derived.by<HubModel>(() => ({
		kind: 'hub',
		repository: this.repository.trim(),
		revision: this.revision.trim() || undefined,
		token: this.token.trim() || undefined,
		endpoint: this.endpoint.trim() || undefined
	}));
	/** What an outline was looked up for. */
	readonly #key = $derived.by(() => {
		if (this.place === 'folder') return this.#files;
		const { repository, revision, endpoint } = this.#hub;
		return JSON.stringify([repository, revision, endpoint]);
	});

	/** What is known of the chosen model; null until it is looked up. */
	readonly outline = $derived.by<Omit<ModelOutline, 'commit'> | null>(() => {
		if (this.place === 'embedded') return null;
		if (this.#lookedUp?.key === this.#key) return this.#lookedUp!.outline;
		const known = this.place === 'hub' ? maybeKnownModel(this.#hub.repository) : undefined;
		return known ? { name: this.repository, config: known.config, fetchBytes: null } : null;
	});
	readonly contextLengths = $derived(this.outline ? contextLengths(this.outline.config) : []);
	readonly fit = $derived.by<FitSheet | null>(() => {
		if (!this.outline || !this.#machine) return null;
		const { config, fetchBytes } = this.outline;
		const { freeStorage, ...limits } = this.#machine;
		const device = this.device === 'auto' ? this.#machine.device : this.device;
		const machine = { ...limits, device, storage: freeStorage };
		const choice = { dtype: this.dtype, contextLength: this.contextLength, keep: this.keep };
		return fitSheet(config, choice, machine, fetchBytes);
	});

	get isOpen(): boolean {
		return this.#isOpen;
	}

	get files(): readonly PickedFile[] {
		return this.#files;
	}

	get machine(): MachineInfo | null {
		return this.#machine;
	}

	get kept(): readonly KeptModel[] {
		return this.#kept;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	get isLooking(): boolean {
		return this.#isLooking;
	}

	/** Tokens; never more than the model reads. */
	get contextLength(): number {
		return Math.min(this.#contextLength, this.contextLengths.at(-1) ?? Infinity);
	}

	set contextLength(value: number) {
		this.#contextLength = value;
	}

	/** The chosen model as it is kept in this browser already, if it is. */
	get keptAlready(): KeptModel | undefined {
		const { repository, revision = 'main' } = this.#hub;
		if (this.place !== 'hub') return undefined;
		return this.#kept.find(
			(kept) => kept.name === repository && kept.revision === revision && kept.dtype === this.dtype
		);
	}

	/** The page of the chosen repository, where its licence is. */
	get page(): string {
		const { repository, endpoint = 'https://huggingface.co' } = this.#hub;
		return `${endpoint.replace(/\/+$/, '')}/${repository}`;
	}

	/** Opens the dialog; asks this machine, and no other, what there is. */
	open = (): void => {
		this.#isOpen = true;
		this.#failure = null;
		void this.refresh();
	};

	close = (): void => {
		this.#isOpen = false;
	};

	async refresh(): Promise<void> {
		await this.#try(async () => {
			this.#kept = await this.#model.library.listModels();
			this.#machine = await this.#model.library.describeMachine();
		});
	}

	/** Takes files that were picked or dropped, and reads their configuration. */
	pick(files: readonly PickedFile[]): Promise<void> {
		this.place = 'folder';
		this.#files = files;
		return this.lookUp();
	}

	/** Asks the source of what it is; of a Hub, over the network. */
	async lookUp(): Promise<void> {
		const key = this.#key;
		this.#isLooking = true;
		await this.#try(async () => {
			const source =
				this.place === 'folder' ? { kind: 'files' as const, files: this.#files } : this.#hub;
			const outline = await this.#model.library.lookUp(source);
			this.#lookedUp = { key, outline };
		});
		this.#isLooking = false;
	}

	/** Loads what is chosen. */
	async load(): Promise<void> {
		if (this.place === 'embedded') return this.#load({ ...embeddedModel(), device: this.device });
		const { dtype, device, keep, contextLength } = this;
		const source =
			this.place === 'folder' ? { kind: 'files' as const, files: this.#files } : this.#hub;
		const name = this.place === 'folder' ? this.outline!.name : this.#hub.repository;
		// Browsers throw kept things away when the disk is full, unless they were asked not to.
		if (keep) void requestPersistence();
		await this.#load({ source, name, dtype, device, keep, contextLength });
	}

	loadKept({ key, name }: KeptModel): Promise<void> {
		const { device } = this;
		return this.#load({ source: { kind: 'stored', key }, name: name ?? key, device });
	}

	async deleteKept({ key }: KeptModel): Promise<void> {
		await this.#try(() => this.#model.library.deleteModel(key));
		await this.refresh();
	}

	/** Goes on with a load that was paused. */
	resume = (): Promise<void> => this.#finish(this.#model.resume());

	#load(request: LoadRequest): Promise<void> {
		this.#failure = null;
		return this.#finish(this.#model.load(request));
	}

	/** There is nothing more to choose once a model is ready. */
	async #finish(loading: Promise<boolean>): Promise<void> {
		if (await loading) this.#isOpen = false;
		if (this.#isOpen) await this.refresh();
	}

	async #try(job: () => Promise<void>): Promise<void> {
		this.#failure = null;
		try {
			await job();
		} catch (error) {
			if (!isAbort(error)) this.#failure = toFailure(error);
		}
	}
}

/** A notebook was changed elsewhere since it was read: saving would overwrite that. */
export class ConflictError extends Error {
	override name = 'ConflictError';
}

/** The browser gives no more room; nothing that was saved before is lost. */
export class StorageFullError extends Error {
	override name = 'StorageFullError';
}

/** The notebook cannot be changed here, because another tab has it open. */
export class NotebookInUseError extends Error {
	override name = 'NotebookInUseError';
}

/** Turns the browser's word for a full disk into ours, with what to do. */
export function toStorageError(error: unknown): unknown {
	if ((error as Error | null)?.name !== 'QuotaExceededError') return error;
	return new StorageFullError(
		'the browser gives this page no more room: delete notebooks or recordings, or save this one as a file',
		{ cause: error }
	);
}

import { FileTrace } from '../trace/fileTrace.js';
import type { TraceFileError } from '../trace/traceFile.js';
import type { Trace } from '../trace/trace.js';

/** How far the numbers of a recording may be from those that were computed; null for a live trace. */
export function toRecordedError(trace: Trace | null): TraceFileError | null {
	return trace instanceof FileTrace ? trace.error : null;
}

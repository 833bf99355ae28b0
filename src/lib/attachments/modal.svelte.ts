import type { Attachment } from 'svelte/attachments';

/**
 * Shows a dialog over the page while it is to be open, by default as long as it is there.
 *
 * @param onclose the reader closed it, by Esc too
 */
export function modal(
	onclose: () => void,
	isOpen: () => boolean = () => true
): Attachment<HTMLDialogElement> {
	return (dialog) => {
		$effect(() => {
			const isWanted = isOpen();
			if (isWanted && !dialog.open) dialog.showModal();
			if (!isWanted && dialog.open) dialog.close();
		});
		// The event comes a task later: by then the dialog may be open anew.
		const handleClose = () => {
			if (!dialog.open) onclose();
		};
		dialog.addEventListener('close', handleClose);
		return () => dialog.removeEventListener('close', handleClose);
	};
}

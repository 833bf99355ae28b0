import type { PictureFile } from '$lib/rpc/services.js';

/** Why there is no picture from the camera, and what to do. */
export interface CameraFailure {
	readonly message: string;
	readonly remedy: string;
}

const failures: Readonly<Record<string, CameraFailure>> = {
	NotAllowedError: {
		message: 'The camera is not allowed on this page.',
		remedy: "Allow it in the browser's site settings, or add a picture from a file."
	},
	NotFoundError: {
		message: 'No camera was found.',
		remedy: 'Plug one in, or add a picture from a file.'
	},
	NotReadableError: {
		message: 'The camera is in use by another program.',
		remedy: 'Close that program and try again.'
	}
};

/** Opens the camera that looks away from the reader, where there are two. */
export async function openCamera(): Promise<MediaStream | CameraFailure> {
	// Absent on pages that come without TLS from another machine.
	if (!navigator.mediaDevices?.getUserMedia) {
		return {
			message: 'This browser gives this page no camera.',
			remedy: 'A camera needs https or this computer. Add a picture from a file instead.'
		};
	}
	try {
		return await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
	} catch (error) {
		const name = error instanceof Error ? error.name : '';
		const message = `The camera could not be opened: ${error instanceof Error ? error.message : error}.`;
		return failures[name] ?? { message, remedy: 'Add a picture from a file instead.' };
	}
}

/** What the camera shows now, as a PNG. */
export async function takePicture(video: HTMLVideoElement): Promise<PictureFile> {
	const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
	canvas.getContext('2d')!.drawImage(video, 0, 0);
	return { name: 'camera.png', blob: await canvas.convertToBlob({ type: 'image/png' }) };
}

/**
 * The toolkit: Gemma 3 in TypeScript, under Hugging Face's names in camelCase. It knows no page,
 * and runs in Node, workers and pages; ONNX Runtime Web is handed to it in a `Runtime`.
 */
export type { Tensor, TensorType } from './tensor/tensor.js';
export { createTensor } from './tensor/tensor.js';
export type { PackedMatrix, Weight, WeightDtype } from './tensor/packedMatrix.js';
export { packMatrix } from './tensor/quantize.js';
export { toTensor } from './tensor/dequantize.js';

export { Runtime, type OrtModule, type RuntimeOptions } from './runtime/runtime.js';
export { DeviceLostError } from './runtime/errors.js';

export { SourceError, type Source } from './sources/source.js';
export { directorySource } from './sources/directorySource.js';
export { filesSource } from './sources/filesSource.js';
export { urlSource, type UrlSourceOptions } from './sources/urlSource.js';
export {
	hubSource,
	type HubFile,
	type HubInfo,
	type HubOptions,
	type HubSource
} from './sources/hubSource.js';
export { SafetensorsError } from './safetensors/safetensorsError.js';

export type {
	Gemma3Config,
	Gemma3TextConfig,
	LayerType,
	RopeParameters,
	SiglipVisionConfig
} from './gemma3/configuration.js';
export { parseGemma3Config } from './gemma3/parseConfiguration.js';
export { UnsupportedModelError } from './gemma3/errors.js';

export { Gemma3ImageProcessor } from './images/imageProcessing.js';
export { Gemma3ImageProcessorFast } from './images/imageProcessingFast.js';
export { decodeImage } from './images/decode.js';
export { ImageError, type PixelImage, type RgbImage } from './images/rgb.js';
export { explainPanAndScan, panAndScanBoxes } from './images/panAndScan.js';

export { Gemma3Processor } from './gemma3/processing.js';
export { loadProcessor } from './gemma3/loadProcessor.js';
export type { ContentPart, ConversationMessage } from './gemma3/chatTemplate.js';

export {
	createCausalMaskMapping,
	type AttentionMask,
	type CausalMaskMapping,
	type MaskEdit,
	type MaskRule
} from './gemma3/attentionMask.js';
export { explainMaskCell } from './gemma3/explainMaskCell.js';
export { AttentionMaskVisualizer } from './gemma3/attentionMaskVisualizer.js';
export { toMaskPromptEncoder } from './gemma3/maskPromptEncoder.js';

export {
	maybeStoredModel,
	storedSource,
	storeModel,
	type StoredModel,
	type StoreFile,
	type StoreFolder,
	type StoreOptions
} from './gemma3/storedModel.js';
export {
	bestFit,
	cacheSize,
	checkFit,
	modelSize,
	type Fit,
	type Machine,
	type ModelSize
} from './gemma3/fit.js';
export { selfTest, selfTestTolerance } from './gemma3/selfTest.js';

export { KeyValueCache } from './gemma3/keyValueCache.js';
export { Gemma3TextModel } from './gemma3/textModel.js';
export { Gemma3Model } from './gemma3/multimodalModel.js';
export { Gemma3ForCausalLM } from './gemma3/causalLanguageModel.js';
export { Gemma3ForConditionalGeneration } from './gemma3/conditionalGeneration.js';
export { Gemma3ForSequenceClassification } from './gemma3/sequenceClassification.js';
export { generate, type GeneratedStep } from './gemma3/generate.js';
export type {
	GenerateInput,
	GenerateOptions,
	SamplingOptions
} from './gemma3/generationOptions.js';
export {
	GenerationSession,
	type GenerateStep,
	type GenerativeModel
} from './gemma3/generationSession.js';
export type { Distribution } from './gemma3/distribution.js';
export type { TokenReading } from './gemma3/tokenReading.js';
export { pipeline, type PipelineTask } from './gemma3/pipeline.js';
export type {
	Chat,
	ClassificationCallOptions,
	ClassificationScore,
	GeneratedText,
	GenerationCallOptions,
	ImagesAndText
} from './gemma3/pipelines.js';

export type { Trace } from './trace/trace.js';

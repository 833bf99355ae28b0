/// <reference types="@sveltejs/kit" />
/// <reference types="@webgpu/types" />

import type { Controller } from '../loop/controller.js';
import { npu } from './npu/controller.js';
import { quota } from './quota/controller.js';
import { rack } from './rack/controller.js';

/** The controllers that ship, by name. */
export const controllers: readonly Controller[] = [npu, quota, rack];

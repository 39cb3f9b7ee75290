import { alibaba2018 } from './alibaba.js';
import { google2019 } from './google.js';
import { nezha } from './nezha.js';
import { prometheus } from './prometheus.js';
import type { UsageFormat } from './usage-format.js';

/** Formats of recorded container usage. */
export const usageFormats: readonly UsageFormat[] = [nezha, alibaba2018, google2019, prometheus];

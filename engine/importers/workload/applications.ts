/** CPU and memory that an application was given in the published experiments. */
export interface PublishedLimit {
  readonly millicores: number;
  readonly mib: number;
}

/** One of the applications that Escra was measured with (thesis 5.6). */
export interface Application {
  readonly name: string;
  /** Containers of the deployment whose limits were published. */
  readonly containers: number;
  /** Limit of the whole application at 0.75, 1 and 1.5 times its profiled use. */
  readonly limits: Readonly<Record<'0.75' | '1' | '1.5', PublishedLimit>>;
}

/** Counts and limits as published with the static deployments, which hand every container its own limit. */
export const APPLICATIONS: readonly Application[] = [
  {
    name: 'train-ticket',
    containers: 68,
    limits: {
      '0.75': { millicores: 82_758, mib: 19_659 },
      '1': { millicores: 107_343, mib: 26_187 },
      '1.5': { millicores: 156_579, mib: 39_250 },
    },
  },
  {
    name: 'teastore',
    containers: 7,
    limits: {
      '0.75': { millicores: 9600, mib: 5118 },
      '1': { millicores: 12_693, mib: 6823 },
      '1.5': { millicores: 18_894, mib: 10_235 },
    },
  },
  {
    name: 'hipster-shop',
    containers: 11,
    limits: {
      '0.75': { millicores: 8674, mib: 742 },
      '1': { millicores: 11_195, mib: 943 },
      '1.5': { millicores: 16_566, mib: 1401 },
    },
  },
  {
    name: 'media-microservices',
    containers: 32,
    limits: {
      '0.75': { millicores: 18_611, mib: 4174 },
      '1': { millicores: 22_952, mib: 5394 },
      '1.5': { millicores: 31_728, mib: 7890 },
    },
  },
];

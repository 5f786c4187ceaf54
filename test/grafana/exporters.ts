// What cAdvisor and the DCGM exporter of ops/compose.yaml say of a machine with two containers and two cards, as pages for Prometheus:
// of their families those that a board shows. Run as a program, it serves both.
import { createServer } from 'node:http';

/** Family and labels of a sample → its value. */
type Samples = Readonly<Record<string, number>>;

const pageOf = (samples: Samples): string =>
  Object.entries(samples)
    .map(([series, value]) => `${series} ${value}\n`)
    .join('');

/** Families by https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md. The machine as a whole has no name. */
export function cadvisorPage(seconds: number): string {
  const of = (labels: string, share: number): Samples => ({
    [`container_last_seen{${labels}}`]: seconds,
    [`container_start_time_seconds{${labels}}`]: 1000,
    [`container_cpu_usage_seconds_total{${labels},cpu="total"}`]: seconds * share,
    [`container_memory_working_set_bytes{${labels}}`]: 2e8 * share,
    [`container_spec_memory_limit_bytes{${labels}}`]: 4e8,
    [`container_network_receive_bytes_total{${labels},interface="eth0"}`]: seconds * 900,
    [`container_network_transmit_bytes_total{${labels},interface="eth0"}`]: seconds * 400,
    [`container_fs_reads_bytes_total{${labels},device="/dev/sda"}`]: seconds * 70,
    [`container_fs_writes_bytes_total{${labels},device="/dev/sda"}`]: seconds * 50,
  });
  return pageOf({
    ...of('id="/",image="",name=""', 1),
    ...of('id="/docker/1",image="web:1",name="web"', 0.2),
    ...of('id="/docker/2",image="store:2",name="store"', 0.5),
  });
}

/** Families by https://github.com/NVIDIA/dcgm-exporter/blob/main/etc/default-counters.csv. */
export function dcgmPage(): string {
  const of = (gpu: number): Samples => {
    const card = `gpu="${gpu}",UUID="GPU-${gpu}",device="nvidia${gpu}",modelName="NVIDIA A30",Hostname="host"`;
    return {
      [`DCGM_FI_DEV_XID_ERRORS{${card},err_code="0",err_msg="No Error"}`]: 0,
      [`DCGM_FI_DEV_ROW_REMAP_FAILURE{${card}}`]: 0,
      [`DCGM_FI_DEV_GPU_UTIL{${card}}`]: 80,
      [`DCGM_FI_DEV_FB_USED{${card}}`]: 12_000,
      [`DCGM_FI_DEV_GPU_TEMP{${card}}`]: 64,
      [`DCGM_FI_DEV_MEMORY_TEMP{${card}}`]: 71,
      [`DCGM_FI_DEV_POWER_USAGE{${card}}`]: 143.5,
      [`DCGM_FI_DEV_SM_CLOCK{${card}}`]: 1410,
    };
  };
  return pageOf({ ...of(0), ...of(1) });
}

const [, program, cadvisorPort, dcgmPort] = process.argv;
if (program === import.meta.filename)
  for (const [port, page] of [
    [cadvisorPort, () => cadvisorPage(1000 + process.uptime())],
    [dcgmPort, dcgmPage],
  ] as const)
    createServer((_request, response) =>
      response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(page()),
    ).listen(Number(port), '127.0.0.1');

// Names that a node may not have: `cluster` is what no single node has, and the others are in every object.
export const isNodeName = (name: string): boolean => name !== 'cluster' && !(name in {});

# needs the network: the first run installs the environment
make demo

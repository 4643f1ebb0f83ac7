"""The put-together cycle with 1,000 contacts edited at each end."""

from bench.peers.chain import main

main(1000)

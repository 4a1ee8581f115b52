"""What WebRtcEndpoint and RtpEndpoint have in common: from negotiated medias to sessions, pads and statistics."""

@client
Feature: How long a session lives
  A session in use goes on for as long as it is paid and kept alive, and a session that nobody uses ends by itself
  after 30 days. Where no document says what counts, the legal answers are accepted and reported.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session

  @DM-TIME-011 @DM-TIME-001 @clock
  Scenario: A session that is kept alive has no age at which it ends
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 5 minutes pass
    And the session is kept alive for 30 hours
    Then the heartbeat is accepted (DM-TIME-011)
    And the session is ACTIVE (DM-TIME-011)
    And "ACT01-Elastic" has used 930 tokens (DM-TIME-001)

  @DM-TIME-010 @clock
  Scenario: Whether a session that was never used ends after 30 days
    When 29 days pass
    Then the session is IDLE
    When 2 days pass
    Then the state of the session tells the reading "session.never_used":
      | state      | value |
      | TERMINATED | ends  |
      | IDLE       | stays |

  @DM-SES-047 @clock
  Scenario: Whether halting a halted session starts its 30 days anew
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the session is halted
    And 20 days pass
    And the session is halted
    And 15 days pass
    Then the state of the session tells the reading "session.empty_put_idle":
      | state      | value    |
      | IDLE       | restarts |
      | TERMINATED | goes-on  |

  @DM-TIME-007 @clock
  Scenario: Whether a denied request counts as a heartbeat
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 75 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    And 16 minutes pass
    Then the state of the session tells the reading "heartbeat.denied_request":
      | state      | value          |
      | TERMINATED | does-not-count |
      | ACTIVE     | counts         |

  @DM-REF-006 @clock
  Scenario: Whether a refund that is no round number is rounded
    Given LisaBarry uses in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 1     |
    When 20 minutes pass
    And the client closes the session
    Then what "ACT01-Elastic" has used tells the reading "refund.rounding":
      | used     | value      |
      | 2.333333 | none       |
      | 2.33     | hundredths |
      | 2        | whole      |
      | 3        | whole      |

  @DM-SES-060 @clock @usage
  Scenario: Who stands on automatic charges after two users have asked
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the session is halted
    And TomSmith requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 1     |
    And 61 minutes pass
    Then the CONSUMER_ID of the last usage row tells the reading "session.requester":
      | seen      | value  |
      | TomSmith  | latest |
      | LisaBarry | first  |

  @DM-USE-002 @clock @usage
  Scenario: Each automatic charge has a correlation ID of its own
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 75 minutes pass
    And the client sends a heartbeat
    And 46 minutes pass
    Then the 3 charges have correlation IDs of their own

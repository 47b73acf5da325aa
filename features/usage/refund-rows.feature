@producer
Feature: Usage rows of refunds
  A refund is only real for reports when it stands in a row of its own, with a minus sign, against the line item
  that was charged. Without it a report bills hours that were given back.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And line items:
      | line item     | tokens | starts      | ends        |
      | ACT01-Elastic | 1000   | 30 days ago | in 100 days |
      | ACT02-Elastic | 100    | 30 days ago | in 200 days |
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |

  @DM-REF-001 @WH-USAGE-065 @WH-USAGE-072 @WH-USAGE-077 @WH-USAGE-063 @clock @usage
  Scenario: Closing after 140 minutes leaves three charges and a refund of 20 tokens
    When 75 minutes pass
    And the client sends a heartbeat
    And 65 minutes pass
    And the client closes the session
    Then the usage rows are:
      | item       | line item     | tokens | used | session state |
      | PhotoPrint | ACT01-Elastic | 30     | 30   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | 30     | 60   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | 30     | 90   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | -20    | 70   | TERMINATED    |
    And every usage row keeps the usage rules (WH-USAGE-*)

  @DM-TIME-005 @WH-USAGE-077 @WH-USAGE-063 @WH-USAGE-034 @WH-USAGE-C20 @clock @usage
  Scenario: A missed heartbeat leaves a refund of the whole automatic charge
    When 91 minutes pass
    Then the usage rows are:
      | item       | line item     | tokens | used | session state |
      | PhotoPrint | ACT01-Elastic | 30     | 30   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | 30     | 60   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | -30    | 30   | TERMINATED    |
    And every usage row keeps the usage rules (WH-USAGE-*)

  @DM-SES-043 @WH-USAGE-081 @WH-USAGE-077 @clock @usage
  Scenario: A change of items leaves a refund and the new charges
    When 75 minutes pass
    And the client sends a heartbeat
    And 65 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the last usage rows are:
      | item       | line item     | tokens | session state |
      | PhotoPrint | ACT01-Elastic | -20    | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | 30     | ACTIVE        |
      | CADPrint   | ACT01-Elastic | 14     | ACTIVE        |
    And "ACT01-Elastic" has used 114 tokens (DM-SES-043)

  @DM-SES-044 @WH-USAGE-075 @clock @usage
  Scenario: After a change of items the new ones are charged an hour later
    When 20 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    And 61 minutes pass
    Then the last usage rows are:
      | item       | line item     | tokens | session state |
      | PhotoPrint | ACT01-Elastic | 30     | ACTIVE        |
      | CADPrint   | ACT01-Elastic | 14     | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | 30     | ACTIVE        |
      | CADPrint   | ACT01-Elastic | 14     | ACTIVE        |

  @WH-USAGE-065 @WH-USAGE-072 @DM-SES-040 @DM-SES-043 @clock @usage
  Scenario: Replacing one item by another leaves a refund and one new charge
    When 20 minutes pass
    And LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    Then the usage rows are:
      | item       | line item     | tokens | used | session state |
      | PhotoPrint | ACT01-Elastic | 30     | 30   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | -20    | 10   | ACTIVE        |
      | CADPrint   | ACT01-Elastic | 14     | 24   | ACTIVE        |

  @DM-SES-046 @DM-REF-001 @WH-USAGE-063 @WH-USAGE-065 @WH-USAGE-076 @clock @usage
  Scenario: Halting leaves a refund, and no charge follows
    When 20 minutes pass
    And the session is halted
    And 61 minutes pass
    Then the usage rows are:
      | item       | line item     | tokens | used | session state |
      | PhotoPrint | ACT01-Elastic | 30     | 30   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | -20    | 10   | IDLE          |

  @DM-SES-050 @DM-REF-002 @WH-USAGE-063 @clock @usage
  Scenario: A denial without rollback leaves the denied row and a refund
    When 20 minutes pass
    And LisaBarry requests in the session without rollback:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    Then the usage rows are:
      | item       | line item     | tokens | used | session state |
      | PhotoPrint | ACT01-Elastic | 30     | 30   | ACTIVE        |
      | PhotoAlbum |               | 0      |      | TERMINATED    |
      | PhotoPrint | ACT01-Elastic | -20    | 10   | TERMINATED    |

  @DM-REF-003 @WH-USAGE-078 @WH-USAGE-065 @clock @usage
  Scenario: The refund of a split charge has a row for each line item that paid
    When the session is halted
    And the line item "ACT01-Elastic" is changed to 39 tokens
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 20    |
    And 30 minutes pass
    And the client closes the session
    Then the last usage rows are:
      | item       | line item     | tokens | used | session state |
      | PhotoPrint | ACT01-Elastic | 39     | 39   | ACTIVE        |
      | PhotoPrint | ACT02-Elastic | 21     | 21   | ACTIVE        |
      | PhotoPrint | ACT01-Elastic | -19.5  | 19.5 | TERMINATED    |
      | PhotoPrint | ACT02-Elastic | -10.5  | 10.5 | TERMINATED    |

  @DM-REF-005 @DM-LINE-035 @clock @usage
  Scenario: The refund into a deleted line item has a row
    When 20 minutes pass
    And the line item "ACT01-Elastic" becomes OBSOLETE
    And the producer deletes the line item "ACT01-Elastic"
    And the client closes the session
    Then the last usage rows are:
      | item       | line item     | tokens | session state |
      | PhotoPrint | ACT01-Elastic | -20    | TERMINATED    |

  @WH-USAGE-079 @DM-REF-010 @clock @usage
  Scenario: A one-off charge beside the session has no refund row
    When LisaBarry requests 1 of "CADPrint" "2.0"
    And 20 minutes pass
    And the client closes the session
    Then the usage rows are:
      | item       | line item     | tokens | used | session state |
      | PhotoPrint | ACT01-Elastic | 30     | 30   | ACTIVE        |
      | CADPrint   | ACT01-Elastic | 7      | 37   |               |
      | PhotoPrint | ACT01-Elastic | -20    | 17   | TERMINATED    |

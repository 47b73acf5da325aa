@client @site
Feature: Access tokens
  Tokens are money. Only a caller with a valid signature, in time, and for the right instance may see or spend them.

  @DM-AUTH-001 @DM-AUTH-A05
  Scenario: Nobody gets in without a token
    When the instances are listed without a token
    Then the answer has status 401

  @DM-AUTH-001 @DM-AUTH-A05
  Scenario Outline: A token that is <fault> is refused
    When the instances are listed with a token that is "<fault>"
    Then the answer has status 401

    Examples:
      | fault                   |
      | not a JWT               |
      | Basic instead of Bearer |

  @DM-AUTH-002 @DM-AUTH-007 @DM-AUTH-A05
  Scenario Outline: A token that is <fault> is out of time
    When the instances are listed with a token that is "<fault>"
    Then the answer has status 401

    Examples:
      | fault         |
      | expired       |
      | not yet valid |

  @DM-AUTH-002 @DM-AUTH-007
  Scenario Outline: A token <fault> lacks what it must say
    When the instances are listed with a token that is "<fault>"
    Then the answer has status 401

    Examples:
      | fault       |
      | without iss |
      | without iat |
      | without nbf |
      | without exp |
      | without cnf |

  @DM-AUTH-006 @DM-AUTH-005 @DM-AUTH-007 @DM-AUTH-A05
  Scenario Outline: A token that is <fault> is a forgery
    When the instances are listed with a token that is "<fault>"
    Then the answer has status 401

    Examples:
      | fault                   |
      | signed with another key |
      | of an unknown key       |

  @DM-AUTH-009 @DM-AUTH-001 @DM-AUTH-A05
  Scenario Outline: A token that is <fault> is no signature at all
    When the instances are listed with a token that is "<fault>"
    Then the answer has status 401

    Examples:
      | fault                |
      | unsigned (alg none)  |
      | HMAC signed          |

  @DM-AUTH-040 @DM-AUTH-012
  Scenario: A client does not administrate
    Given an instance of account "ACME"
    When the instances are listed with a client token
    Then the answer follows the reading "token.wrong_kind.http"

  @DM-AUTH-A02 @DM-AUTH-003 @DM-AUTH-013
  Scenario: A client does not spend the tokens of another instance
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "PhotoPrint" "1.0" with a client token for another instance
    Then the answer follows the reading "token.other_instance.http"

  @DM-AUTH-A02
  Scenario: What a foreign client asks for is not charged
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "PhotoPrint" "1.0" with a client token for another instance
    Then "ACT01" has used 0 tokens

  @DM-AUTH-003
  Scenario: A client token that names no instance opens none
    Given an instance of account "ACME"
    When the line items are listed with a client token that names no instance
    Then the caller is turned away

  @DM-AUTH-A01 @DM-AUTH-A08 @DM-AUTH-003 @DM-AUTH-004 @DM-AUTH-015
  Scenario: A client spends the tokens of its own instance
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And a client token for the instance
    When LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is granted
    And 3 tokens are charged

  @DM-AUTH-014
  Scenario: An administration token needs no audience
    Given an instance of account "ACME"
    When the producer reads the instance
    Then the answer has status 200

  @DM-AUTH-008
  Scenario: A token may live for three months
    When the instances are listed with a token that is valid for 92 days
    Then the answer has status 200

  @DM-AUTH-A04 @DM-AUTH-015
  Scenario: A client does not see the sessions of another instance
    Given an instance of account "ACME"
    And a session
    When the session is read with a client token for another instance
    Then the answer follows the reading "token.session_instance.http"

  @DM-AUTH-005
  Scenario: The header of a token is not asked for its key
    When the instances are listed with a token whose header names an unknown key
    Then the answer has status 200

  @DM-AUTH-005 @DM-AUTH-007
  Scenario: A key that only the header names is not found
    When the instances are listed with a token that names its key in the header only
    Then the answer has status 401

  @DM-AUTH-A09 @DM-AUTH-001 @DM-AUTH-A01 @v1.0
  Scenario: The token is read from its header
    When GET is sent to "/provisioning/api/v1.0/instances"
    Then the answer has status 200

  @DM-AUTH-A09 @DM-AUTH-001
  Scenario: A token in the body is no token
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "PhotoPrint" "1.0" with the token in the body
    Then the answer has status 401
    And "ACT01" has used 0 tokens

  @DM-AUTH-015 @DM-AUTH-A03
  Scenario: A client names its instance when it speaks of a session
    Given an instance of account "ACME"
    And a session
    When the session is read with a client token but without the instance header
    Then the answer follows the reading "token.no_instance_header.http"

  @DM-AUTH-A03
  Scenario: The producer need not name the instance of a session
    Given an instance of account "ACME"
    When the client opens a session
    Then the answer has status 200
